"""Sentences told of made-up customers: each states what their values prove, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest

from features.catalogue import CATALOGUE
from scoring.components import Linear
from scoring.decisions import decide
from scoring.package import DecisionRule, Package, PackageOutput
from training.publishing.reason_sentences import template_for

MISSING = float("nan")
UNKNOWN_RHYTHM = "No known rhythm of orders."


def told(name: str, usual: float = 30.0, **values: float) -> str:
    """The sentence of a feature in a package of the features given."""
    names = list(values)
    holding = np.zeros(len(names))
    holding[names.index(name)] = 1.0
    package = Package(
        name="demo.churn",
        version="1",
        currency="EUR",
        outputs=tuple(outputs(names, usual)),
        components=(
            Linear(
                weight=1.0,
                base=0.0,
                log=np.zeros(len(names), dtype=np.bool_),
                fill=np.zeros(len(names)),
                mean=-1e6 * holding,
                coefficient=holding,
                missing_mean=np.zeros(len(names)),
                missing_coefficient=np.zeros(len(names)),
            ),
        ),
        decision=DecisionRule(threshold=0.5, at_or_above="retain", below="none", rule="r"),
    )
    (reason,) = decide(package, np.array(list(values.values()))).reasons
    assert reason.feature == name
    return reason.text


def outputs(names: Iterable[str], usual: float) -> Iterable[PackageOutput]:
    for name in names:
        output = CATALOGUE[name]
        template, missing = template_for(output)
        yield PackageOutput(
            name=name,
            hash=output.hash,
            family=name,
            unit=output.unit,
            reference=usual,
            template=template,
            missing=missing,
        )


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"orders": 2, "days_since_order": 66}, "No order for 66 days."),
        ({"orders": 1, "days_since_order": 66}, "Only one order, 66 days ago."),
        ({"orders": 1}, "Only one order so far."),
        ({"orders": 0, "days_since_order": MISSING}, "No order yet."),
        ({"orders": 2}, UNKNOWN_RHYTHM),
        ({"days_since_order": 66}, "No order for 66 days."),
        ({}, UNKNOWN_RHYTHM),
    ],
)
@pytest.mark.parametrize(
    "name", ["order_gap_days", "overdue_for_order", "order_gap_deviation_days"]
)
def test_only_one_order_is_said_of_customers_with_one_order(
    name: str, values: dict[str, float], text: str
) -> None:
    assert told(name, **{name: MISSING}, **values) == text


def test_a_gap_of_nothing_is_no_rhythm() -> None:
    together = {"orders": 2.0, "days_since_order": 10.0, "order_gap_days": 0.0}
    assert told("days_since_order", **together) == (
        "No order for 10 days; usually 30 days among customers."
    )
    assert told("order_gap_days", **together) == "No order for 10 days."
    assert told("order_gap_days", usual=0.0, order_gap_days=5.0) == "An order every 5 days."
    rhythm = together | {"order_gap_days": 7.0}
    assert told("days_since_order", **rhythm) == "No order for 10 days; usually every 7 days."


@pytest.mark.parametrize("name", ["basket_units_365d", "basket_lines_365d", "largest_order_365d"])
def test_a_missing_worth_of_orders_is_not_a_lack_of_orders(name: str) -> None:
    assert "not known" in told(name, **{name: MISSING, "orders_365d": 3.0})
    assert "not known" in told(name, **{name: MISSING})
    assert told(name, **{name: MISSING, "orders_365d": 0.0}) == "No orders in the last 365 days."


def test_nothing_is_past_due_where_no_invoice_is_open() -> None:
    text = told("current_days_past_due", usual=0.0, current_days_past_due=0.0)
    assert text == "No open invoice is a day or more past due."
    assert told("current_days_past_due", usual=0.0, current_days_past_due=3.0) == (
        "An invoice is 3 days past due; usually 0 days."
    )


@pytest.mark.parametrize("name", CATALOGUE.names)
@pytest.mark.parametrize("value", [0.0, 3.0, MISSING])
def test_every_feature_has_a_sentence_for_every_value(name: str, value: float) -> None:
    text = told(name, **{name: value})
    assert text.endswith(".")
    assert "{" not in text
    assert "[" not in text
    assert not text.startswith(name)
    if value != value:
        assert "usually" not in text
