"""Two versions are held against each other on the same rows, or it is said why they cannot be."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.serving.shop import make_real_package, make_stale
from tests.workbench.shops import make_home, settings_of

from scoring.package import Package
from scoring.published import publish
from workbench import layouts, notebook
from workbench.cli import group
from workbench.comparisons import why_not_comparable
from workbench.settings import DATABASE_VARIABLE, HOME_VARIABLE


def version(number: str, **parts: object) -> Package:
    given: dict[str, object] = {
        "version": number,
        "trained_on": {"train_cutoffs": ["2020-01-01T00:00:00+00:00"], "horizon_days": 90},
        "card": {
            "label": {"name": "churn", "version": 1},
            "out_of_time": {"auc": 0.7, "brier": 0.2},
        },
    }
    return replace(make_real_package("churn"), **(given | parts))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop with a copied stream and versions of its churn model: the third reads features declared otherwise."""
    made = make_home(tmp_path_factory.mktemp("compared"), customers=60, days=400)
    packages = settings_of(made).packages
    two = version("2")
    publish(replace(two, calibration=replace(two.calibration, slope=-1.0)), packages)
    publish(make_stale(version("3")), packages)
    publish(version("4"), packages)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(HOME_VARIABLE, str(made))
        patched.delenv(DATABASE_VARIABLE, raising=False)
        bench = notebook.open_bench(tenant="acme")
        layouts.copy_stream(bench)
        bench.engine.dispose()
    return made


def compare(home: Path, *arguments: str) -> Result:
    env = {HOME_VARIABLE: str(home), DATABASE_VARIABLE: ""}
    done = CliRunner().invoke(group, ["models", "compare", *arguments], env=env)
    assert done.exit_code == 0, done.output
    return done


def test_the_difference_is_that_on_the_same_customers_with_its_interval(home: Path) -> None:
    told = json.loads(compare(home, "acme.churn/4", "acme.churn/2", "--json").stdout)
    figures, difference = told["figures"], told["difference"]
    assert told["rows"] > 20
    assert figures["acme.churn/4"]["auc"] == pytest.approx(1 - figures["acme.churn/2"]["auc"])
    assert difference["delta_auc"] == pytest.approx(
        figures["acme.churn/4"]["auc"] - figures["acme.churn/2"]["auc"]
    )
    assert difference["delta_auc_low"] <= difference["delta_auc"] <= difference["delta_auc_high"]
    shown = compare(home, "acme.churn/4", "acme.churn/4").stdout
    assert "AUC +0.0000 (95 % interval +0.0000 to +0.0000)" in shown


def test_where_they_cannot_be_asked_about_the_same_customers_it_is_said_why(home: Path) -> None:
    shown = compare(home, "acme.churn/2", "acme.churn/3").stdout
    assert "not on the same rows: package acme.churn/3 must use features" in shown
    assert "0.7000" in shown
    asked = {"train_cutoffs": [], "horizon_days": 60}
    assert "different questions" in why_not_comparable(version("4"), version("5", trained_on=asked))
    assert "different models" in why_not_comparable(version("4"), make_real_package("credit"))
