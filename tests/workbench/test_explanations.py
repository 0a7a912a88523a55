"""What is said of customers beside what is on record of them: in a small shop, and in three of their kinds."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.workbench.lookalikes import write_cdnow, write_olist_like
from tests.workbench.shops import SLUG, make_home

from features.catalogue import CATALOGUE
from features.frames import feature_frame
from scoring.decisions import decide_many
from scoring.published import publish
from training.fitting.candidates import fit_candidates
from training.fitting.dataset import load_dataset
from training.publishing.export import export_package
from training.specs import find_spec
from workbench import layouts, notebook
from workbench.cli import group
from workbench.settings import DATABASE_VARIABLE, HOME_VARIABLE


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Run a command at home, and give what it prints."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    monkeypatch.delenv(DATABASE_VARIABLE, raising=False)

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(group, list(arguments))
        assert done.exit_code == 0, done.output
        return done.output

    return run


def test_a_decision_stands_beside_its_reasons_and_the_latest_rows(
    tmp_path: Path, ask: Callable[..., str]
) -> None:
    make_home(tmp_path)
    told = ask("explain", "--tenant", SLUG, "--sample", "3", "--rows", "2").split("\n\n")
    assert len(told) == 3
    assert told == ask("explain", "--sample", "3", "--rows", "2").split("\n\n")
    head, *lines = told[0].strip().splitlines()
    assert re.fullmatch(r"\S+: (retain|leave alone), risk [\d.]+%, by acme\.churn/1", head)
    assert {line.split()[0] for line in lines} <= {"because", "rows"}
    rows = [line for line in lines if line.startswith("  rows     20")]
    assert len(rows) == 2
    assert rows == sorted(rows)
    (one,) = ask("explain", head.partition(":")[0], "--rows", "2").split("\n\n")
    assert one.strip() == told[0].strip()


@pytest.mark.slow
@pytest.mark.parametrize("shop", ["cdnow", "olist", "toys"])
def test_every_decision_of_a_shop_has_reasons_each_about_something_else(
    shop: str, tmp_path: Path, ask: Callable[..., str]
) -> None:
    if shop == "cdnow":
        file = str(write_cdnow(tmp_path / "cdnow.csv"))
        names = (
            "--customer",
            "customer",
            "--time",
            "day",
            "--amount",
            "dollars",
            "--quantity",
            "cds",
        )
        money = ("--currency", "USD", "--timezone", "America/New_York")
        ask("import", "transactions", file, "--tenant", shop, *names, *money)
    elif shop == "olist":
        ask("import", "olist", str(write_olist_like(tmp_path / "olist")), "--tenant", shop)
    else:
        made = ask("simulate", "--tenant", shop, "--customers", "700", "--json")
        assert json.loads(made)["customers"] == 700
    bench = notebook.open_bench(tenant=shop)
    stream = layouts.copy_stream(bench)
    dataset = load_dataset(bench.tenant, find_spec("churn"), stream, as_of=bench.cutoff)
    package = export_package(dataset, fit_candidates(dataset))
    publish(package, bench.settings.packages)
    print(ask("explain", "--tenant", shop, "--sample", "20"))
    frame = feature_frame(stream, [bench.cutoff], CATALOGUE)[list(package.names)]
    bench.engine.dispose()
    for decision in decide_many(package, frame.to_numpy(float)):
        assert decision.reasons
        told = [reason.feature for reason in decision.reasons]
        concepts = [
            None if feature is None else package.outputs[package.columns[feature]].family
            for feature in told
        ]
        assert len(set(concepts)) == len(told)
        for reason in decision.reasons:
            assert not re.search(r"not known|_|UTC|[{}|\[\]]", reason.text), reason.text
            if reason.value == 0:
                assert "No " not in reason.text or reason.feature is None
