"""Every gate, once where it passes and once where it refuses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from commerce.records.instants import DAY
from scoring.package import Package
from training.fitting.candidates import Fitted
from training.fitting.dataset import Dataset
from training.judging.evaluation import measure
from training.judging.examination import Report, examine
from training.judging.fairness import Fairness, GroupFigures
from training.judging.gates import decide_promotion, judge
from training.judging.parity_certificate import Certificate
from training.judging.profit import ProfitDifference
from training.judging.rivalry import Rivalry
from training.judging.verdict import Gate, Verdict
from training.judging.waivers import Waiver, write_waiver
from training.publishing.export import export_package

RANDOM = np.random.default_rng(2)
LABELS = RANDOM.integers(0, 2, 600)
GOOD = measure(LABELS, np.clip(0.3 + 0.4 * LABELS + RANDOM.normal(0, 0.1, 600), 0.01, 0.99))
HOLDS = Certificate(
    package="demo.churn",
    snapshot="ab",
    as_of=1,
    customers=200,
    values=1000,
    answers=200,
    differences=0,
    examples=(),
)
BETTER = {"delta_auc": 0.02, "delta_auc_low": 0.001, "delta_auc_high": 0.04, "delta_brier": -0.01}


EARNS = ProfitDifference(challenger=12.0, champion=11.5, low=-1.0, high=2.0, currency="EUR")


def verdict(**changes: object) -> Verdict:
    given: dict[str, object] = {
        "figures": GOOD,
        "export_difference": 1e-15,
        "certificate": HOLDS,
        "rivalry": None,
    } | changes
    return judge(given.pop("figures"), **given)  # type: ignore[arg-type]


def gate(name: str, **changes: object) -> Gate:
    return next(gate for gate in verdict(**changes).gates if gate.name == name)


def rivalry(*, fresher: bool, profit: ProfitDifference | None = EARNS, **changes: float) -> Rivalry:
    difference = BETTER | changes
    return Rivalry(champion="demo.churn/1", difference=difference, fresher=fresher, profit=profit)


def test_a_good_first_challenger_is_promoted() -> None:
    assert verdict().promoted
    assert verdict().summary == "gates 4/4"
    assert [one.verdict for one in verdict().gates] == ["passed"] * 4 + ["not applicable"] * 3


@pytest.mark.parametrize(
    ("name", "passing", "refusing"),
    [
        ("brier", {}, {"figures": replace(GOOD, brier=GOOD.brier_base)}),
        ("auc", {}, {"figures": replace(GOOD, auc_low=0.5)}),
        ("export", {"export_difference": 1e-9}, {"export_difference": 1.1e-9}),
        ("export", {}, {"export_difference": float("nan")}),
        ("parity", {}, {"certificate": replace(HOLDS, customers=0)}),
        (
            "champion.auc",
            {"rivalry": rivalry(fresher=False)},
            {"rivalry": rivalry(fresher=False, delta_auc_low=0.0)},
        ),
        (
            "champion.auc",
            {"rivalry": rivalry(fresher=True, delta_auc_low=-0.004)},
            {"rivalry": rivalry(fresher=True, delta_auc_low=-0.005)},
        ),
        (
            "champion.brier",
            {"rivalry": rivalry(fresher=False, delta_brier=0.0)},
            {"rivalry": rivalry(fresher=False, delta_brier=1e-6)},
        ),
        (
            "champion.brier",
            {"rivalry": rivalry(fresher=True, delta_brier=0.0)},
            {"rivalry": rivalry(fresher=True, delta_brier=1e-6)},
        ),
        (
            "champion.profit",
            {"rivalry": rivalry(fresher=True, profit=replace(EARNS, high=0.0))},
            {"rivalry": rivalry(fresher=True, profit=replace(EARNS, high=-0.01))},
        ),
        (
            "calibration",
            {"beside": [Gate(name="calibration", passed=True, text="it is")]},
            {"beside": [Gate(name="calibration", passed=False, text="it is not")]},
        ),
    ],
)
def test_a_gate_passes_on_its_side_of_the_line_and_refuses_on_the_other(
    name: str, passing: dict[str, object], refusing: dict[str, object]
) -> None:
    assert gate(name, **passing).passed is True
    assert gate(name, **refusing).passed is False
    refused = verdict(**refusing)
    assert not refused.promoted
    assert refused.refusals[0].startswith(f"{name}: ")
    assert "refused: " in refused.summary


def test_a_challenger_no_better_than_the_champion_stays_one() -> None:
    same = rivalry(fresher=False, delta_auc=0, delta_auc_low=0, delta_auc_high=0, delta_brier=0)
    refused = verdict(rivalry=same)
    assert refused.summary.startswith(
        "gates 6/7, refused: champion.auc: AUC +0.0000 against demo.churn/1"
    )


def test_profit_is_told_from_100_customers_in_the_currency_of_the_shop() -> None:
    assert gate("champion.profit", rivalry=rivalry(fresher=False)).text == (
        "expected profit 12.00 EUR from 100 customers against 11.50 EUR by demo.churn/1; 95 % interval of the"
        " difference -1.00 EUR to 2.00 EUR, must reach 0"
    )


def test_where_acting_pays_for_nobody_profit_is_not_compared() -> None:
    assert gate("champion.profit", rivalry=rivalry(fresher=False, profit=None)).passed is None


def test_gates_are_plain_json() -> None:
    assert verdict().as_list()[0].keys() == {"name", "passed", "text", "verdict", "waived"}


@pytest.fixture(scope="module")
def judged(dataset: Dataset, fitted: Fitted) -> tuple[Package, Report, Certificate]:
    """A challenger whose credit goes to one group of customers more than to the other."""
    package = export_package(dataset, fitted)
    groups = tuple(
        GroupFigures(
            attribute="gender",
            group=group,
            customers=100,
            favoured=share,
            observed=0.5,
            is_compared=True,
        )
        for group, share in (("female", 0.5), ("male", 0.9))
    )
    report = examine(dataset, fitted, package)
    hashes = {output.name: output.hash for output in package.outputs}
    return (
        package,
        replace(report, fairness=Fairness(favours="approve", groups=groups)),
        replace(HOLDS, hashes=hashes),
    )


def test_a_model_that_favours_a_group_is_refused_where_it_must_be_fair_unless_that_is_waived(
    dataset: Dataset, judged: tuple[Package, Report, Certificate], tmp_path: Path
) -> None:
    strict = replace(dataset, spec=replace(dataset.spec, must_be_fair=True))
    refused = decide_promotion(strict, *judged, packages=tmp_path)
    assert refused.refusals == (
        "fairness: approve by gender: 50% of female, 90% of male; selection ratio 0.56, must be at least 0.80",
    )
    assert decide_promotion(dataset, *judged, packages=tmp_path).promoted
    waiver = Waiver(gate="fairness", by="Ada", because="Two branches.", until="2025-12-01")
    write_waiver(waiver, tmp_path, "demo", dataset.spec.name)
    waived = decide_promotion(strict, *judged, packages=tmp_path)
    assert waived.promoted
    assert any("waived until 2025-12-01 by Ada: Two branches." in one.text for one in waived.gates)
    assert waived.summary.endswith("(fairness waived)")
    assert waived.waived == (
        "Gate fairness would refuse, and is waived until 2025-12-01 by Ada: Two branches.",
    )
    assert not decide_promotion(dataset, *judged, packages=tmp_path).waived
    later = replace(strict, as_of=strict.as_of + 2 * DAY)
    assert not decide_promotion(later, *judged, packages=tmp_path).promoted


def test_a_challenger_is_held_against_what_was_measured_beside_its_figures(
    dataset: Dataset, judged: tuple[Package, Report, Certificate], tmp_path: Path
) -> None:
    package, report, certificate = judged
    slow = replace(report, milliseconds=1000.0, figures=replace(report.figures, slope_low=2.0))
    verdict = decide_promotion(dataset, package, slow, certificate, packages=tmp_path)
    assert [refusal.split(":")[0] for refusal in verdict.refusals] == ["calibration", "latency"]
