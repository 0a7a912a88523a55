"""Shape functions: the bins they document, one row and many, round trips, refusals."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.scoring.samples import NAMES, binned, linear, rows

from scoring.binned import Term, binned_component
from scoring.decisions import decide_many
from scoring.errors import InvalidPackage
from scoring.files import read_package, write_package
from scoring.package import Package
from scoring.parts import is_same_model
from scoring.scorer import explain

MakePackage = Callable[..., Package]


def alone(column: int, cuts: list[float], contributions: list[float]) -> Term:
    return Term(
        columns=(column,), cuts=(np.array(cuts, float),), contributions=np.array(contributions)
    )


def place(value: float, cuts: list[float]) -> int:
    """The bin of a value, counted the slow way."""
    return 0 if math.isnan(value) else 1 + bisect_right(cuts, value)


def test_a_value_on_a_cut_point_lies_above_it_and_a_missing_one_in_a_bin_of_its_own() -> None:
    component = binned_component([alone(0, [1.0, 5.0], [9.0, 1.0, 2.0, 3.0])], base=0.5)
    values = np.array([[-1e308], [0.999], [1.0], [4.0], [5.0], [1e308], [np.nan]])
    found = component.explain(values)[1][:, 0]
    assert found.tolist() == [1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 9.0]


def test_a_column_without_a_cut_point_tells_missing_from_known() -> None:
    component = binned_component([alone(0, [], [0.25, -0.5])], base=0.0)
    found = component.explain(np.array([[np.nan], [3.0], [-0.0]]))[1]
    assert found[:, 0].tolist() == [0.25, -0.5, -0.5]


def test_a_pair_gives_each_of_its_columns_half() -> None:
    table = np.arange(12.0).reshape(3, 4) + 0.1
    pair = Term(columns=(2, 0), cuts=(np.array([0.0]), np.array([1.0, 2.0])), contributions=table)
    component = binned_component([pair, alone(0, [0.0], [5.0, 6.0, 7.0])], base=0.0)
    found = component.explain(np.array([[1.5, 0.0, -1.0], [np.nan, 0.0, np.nan]]))[1]
    assert found.tolist() == [
        [table[1, 2] / 2 + 7.0, 0.0, table[1, 2] / 2],
        [table[0, 0] / 2 + 5.0, 0.0, table[0, 0] / 2],
    ]


def test_contributions_are_what_the_terms_say(random: np.random.Generator) -> None:
    component, values = binned(random, 5), rows(random, 400, 5)
    for row, found in zip(values.tolist(), component.explain(values)[1].tolist(), strict=True):
        expected = [0.0] * 5
        for term in component.terms:
            bins = tuple(
                place(row[column], cuts.tolist())
                for column, cuts in zip(term.columns, term.cuts, strict=True)
            )
            for column in term.columns:
                expected[column] += float(term.contributions[bins]) / len(bins)
        assert found == pytest.approx(expected, abs=1e-14)


@pytest.mark.parametrize("count", [1, 2, 9, 511, 1300])
def test_one_row_and_many_agree_to_the_bit(
    random: np.random.Generator, make_package: MakePackage, count: int
) -> None:
    components = (binned(random, len(NAMES), 0.7), linear(random, len(NAMES), 0.3))
    package, values = make_package(components=components), rows(random, count, len(NAMES))
    many = explain(package, values)
    for one in random.choice(count, size=min(count, 40), replace=False):
        single = explain(package, values[one : one + 1])
        assert single.contributions.tobytes() == many.contributions[one : one + 1].tobytes()
        assert single.logit.tobytes() == many.logit[one : one + 1].tobytes()


def test_many_edges_are_compared_in_parts(random: np.random.Generator) -> None:
    cuts = np.sort(random.normal(size=20_000))
    terms = [alone(0, cuts.tolist(), random.normal(size=20_002).tolist())]
    component, values = binned_component(terms, base=0.0), rows(random, 120, 1)
    parts = [component.explain(values[one : one + 1])[1] for one in range(120)]
    assert component.explain(values)[1].tobytes() == np.concatenate(parts).tobytes()


def test_no_rows_give_no_contributions(random: np.random.Generator) -> None:
    assert binned(random, 5).explain(np.zeros((0, 5)))[1].shape == (0, 5)


def test_terms_come_back_as_they_were_given(random: np.random.Generator) -> None:
    component = binned(random, 5)
    again = binned_component(component.terms, base=component.base)
    for name in ("column", "edges", "first", "second", "offset", "table"):
        assert getattr(again, name).tobytes() == getattr(component, name).tobytes()


def test_a_package_of_shape_functions_is_written_and_read_to_the_bit(
    random: np.random.Generator, make_package: MakePackage, tmp_path: Path
) -> None:
    package = make_package(components=(binned(random, len(NAMES)),))
    write_package(package, tmp_path)
    again, values = read_package(tmp_path), rows(random, 50, len(NAMES))
    assert is_same_model(package, again)
    assert decide_many(again, values) == decide_many(package, values)


def test_a_package_whose_shape_functions_read_other_columns_is_refused(
    make_package: MakePackage,
) -> None:
    component = binned_component([alone(len(NAMES), [0.0], [0.0, 1.0, 2.0])], base=0.0)
    with pytest.raises(InvalidPackage, match="components on its 5 columns; got other columns"):
        make_package(components=(component,))


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        ([], "terms must be at least one; got 0"),
        ([alone(0, [2.0, 1.0], [0.0] * 4)], r"ascending cut points for each; got \[\[2.0, 1.0\]\]"),
        ([alone(0, [1.0, 1.0], [0.0] * 4)], "ascending cut points"),
        ([alone(0, [np.inf], [0.0] * 3)], "finite, ascending cut points"),
        ([alone(0, [1.0], [0.0] * 2)], r"contributions of shape \(3,\); got shape \(2,\)"),
        ([alone(0, [1.0], [0.0, np.nan, 1.0])], "finite contributions"),
        (
            [Term(columns=(1, 1), cuts=(np.zeros(0),) * 2, contributions=np.zeros((2, 2)))],
            r"columns \[1, 1\] must have one column or two different ones",
        ),
        (
            [Term(columns=(0, 1, 2), cuts=(np.zeros(0),) * 3, contributions=np.zeros((2, 2, 2)))],
            "Leave out interactions of three",
        ),
    ],
)
def test_what_is_no_shape_function_is_refused(terms: list[Term], sentence: str) -> None:
    with pytest.raises(InvalidPackage, match=sentence):
        binned_component(terms, base=0.0)
