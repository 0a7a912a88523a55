"""Every gate, once where it passes and once where it refuses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from training.judging.evaluation import measure
from training.judging.gates import Rivalry, judge
from training.judging.parity_certificate import Certificate
from training.judging.profit import ProfitDifference
from training.judging.verdict import Gate, Verdict

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
    assert verdict().as_list()[0].keys() == {"name", "passed", "text", "verdict"}
