"""One tree, two dialects: what is written otherwise for Spark, and nothing else."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp
from tests.features.streams import EVERYTHING

from features.errors import EngineMissing
from features.evaluating.expressions import CUTOFF, column, having, whole
from features.evaluating.partial_sql import partial_query
from features.evaluating.spark_evaluator import session
from features.evaluating.spark_sql import INSTANTS, in_spark, spark_statement

PAIR = exp.Tuple(expressions=[column("occurred_at"), column("id")])
ORDER = f"(CAST(occurred_at AS DECIMAL(38, 0)) * {INSTANTS}) + id"


@pytest.mark.parametrize(
    ("tree", "written"),
    [
        (CUTOFF - 1, ":cutoff - 1"),
        (whole(column("a"), 7), "(a) DIV 7"),
        (exp.Sum(this=column("a")), "SUM(CAST(a AS DECIMAL(38, 0)))"),
        (
            having(exp.Sum(this=CUTOFF - column("a")), [column("b") > 0]),
            "SUM(CAST(:cutoff - a AS DECIMAL(38, 0))) FILTER(WHERE b > 0)",
        ),
        (
            having(exp.ArgMin(this=column("a"), expression=PAIR), [column("b") > 0]),
            f"MIN_BY(a, CASE WHEN NOT a IS NULL THEN {ORDER} END) FILTER(WHERE b > 0)",
        ),
        (
            exp.ArgMax(this=column("a"), expression=PAIR),
            f"MAX_BY(a, CASE WHEN NOT a IS NULL THEN {ORDER} END)",
        ),
        (exp.func("GREATEST", column("a"), exp.Literal.number(0)), "GREATEST(a, 0)"),
        (exp.EQ(this=column("a"), expression=exp.convert("it's \\ so")), r"a = 'it\'s \\ so'"),
    ],
)
def test_what_differs_is_written_in_sparks_words(tree: exp.Expr, written: str) -> None:
    before = tree.sql("duckdb")
    assert in_spark(tree) == written
    assert tree.sql("duckdb") == before


def test_an_instant_and_an_id_make_one_number_that_orders_as_the_pair_and_fits_38_digits() -> None:
    largest = 2**63 - 1
    pairs = [(when, id_) for when in (-largest, -1, 0, 1, largest) for id_ in (1, 2, largest)]
    numbers = [when * INSTANTS + id_ for when, id_ in pairs]
    assert sorted(numbers) == numbers
    assert max(map(abs, numbers)) < 10**38


def test_the_whole_catalogue_is_written_without_a_word_that_only_duckdb_knows() -> None:
    query = spark_statement(EVERYTHING)
    assert not re.search(r"\$|//|ARG_|HUGEINT|ORDER BY c\.customer$", query)
    assert set(re.findall(r":\w+", query)) == {":cutoff"}
    assert re.findall(r"SUM\((?!CAST\()", query) == []
    assert "SUM(" in query
    parsed = sqlglot.parse_one(query, read="spark")
    assert isinstance(parsed, exp.Select)
    assert parsed.named_selects == [
        "customer",
        *(f"s{place}" for place in range(len(EVERYTHING.partials))),
    ]


def test_writing_it_for_spark_leaves_duckdbs_as_it_was() -> None:
    before = partial_query(EVERYTHING).sql("duckdb")
    spark_statement(EVERYTHING)
    assert partial_query(EVERYTHING).sql("duckdb") == before


def test_without_pyspark_the_engine_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.setitem(sys.modules, "py4j", None)
    monkeypatch.setitem(sys.modules, "py4j.protocol", None)
    with (
        pytest.raises(EngineMissing, match=r"must have pyspark; got none\. Install bellwether\["),
        session("local[1]", tmp_path),
    ):
        pass
