"""Sentences told of made-up customers: each states what their values prove, beside what is usual, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from features.catalogue import CATALOGUE
from scoring.linear import Linear
from scoring.package import DecisionRule, Package, PackageOutput
from scoring.reasons import Reason, reasons
from training.publishing.reason_sentences import (
    clock_offset,
    companions,
    template_for,
    unit_for,
)
from training.publishing.reason_templates import TEMPLATES
from training.specs.concepts import CONCEPTS, concept_of, expected_sign
from training.specs.expected_signs import CHURN_SIGNS, CREDIT_SIGNS

MISSING = float("nan")
BERLIN, PAULO = timedelta(hours=2), timedelta(hours=-3)
RAISED = "In this shop the risk is usually 50 %; several small things raise it here."
USUAL = "Nothing raises the risk of {risk}. | " + RAISED.replace("50 %", "{risk}")
RECENCY = {
    "days_since_order",
    "recency_band",
    "days_since_payment",
    "overdue_for_order",
    "orders_30d",
}
TYPICAL = {"share": 0.3, "minor": 4200.0, "hours": 30.0, "days": 57.0, "flag": 1.0, "stars": 4.0}


def package_of(
    names: Iterable[str],
    usual: Mapping[str, float] | None = None,
    *,
    offset: timedelta = BERLIN,
    some_missing: bool = False,
    signs: Mapping[str, int] = CHURN_SIGNS,
) -> Package:
    """A package whose sentences are those of an exported one."""
    outputs = []
    for name in names:
        output = CATALOGUE[name]
        template, missing = template_for(output, offset=offset, some_missing=some_missing)
        outputs.append(
            PackageOutput(
                name=name,
                hash=output.hash,
                family=concept_of(output),
                unit=unit_for(output, offset),
                reference=(usual or {}).get(name, 30.0),
                template=template,
                missing=missing,
                expected_sign=expected_sign(output, signs),
            )
        )
    nothing = np.zeros(len(outputs))
    return Package(
        name="demo.churn",
        version="1",
        currency="EUR",
        outputs=tuple(outputs),
        components=(
            Linear(
                weight=1.0,
                base=0.0,
                log=np.zeros(len(outputs), dtype=np.bool_),
                fill=nothing,
                mean=nothing,
                coefficient=nothing,
                missing_mean=nothing,
                missing_coefficient=nothing,
            ),
        ),
        decision=DecisionRule(threshold=0.5, at_or_above="retain", below="none", rule="r"),
        usual=USUAL,
    )


def explain(
    package: Package, values: Mapping[str, float], raised: Mapping[str, float]
) -> list[Reason]:
    """What is told of a customer to whom some features contribute."""
    row = np.array([values.get(name, MISSING) for name in package.names])
    parts = np.array([raised.get(name, 0.0) for name in package.names])
    return reasons(package, row, parts, probability=0.6)


def told(name: str, usual: float = 30.0, offset: timedelta = BERLIN, **values: float) -> str:
    """The sentence of a feature in a package of the features given."""
    package = package_of(values, {name: usual}, offset=offset)
    (reason,) = explain(package, values, {name: 1.0})
    return reason.text


def typical_value(name: str) -> float:
    """A value that a feature may well have."""
    output = CATALOGUE[name]
    value = TYPICAL.get(output.unit, 3.0)
    if unit_for(output).startswith("o'clock"):
        value = 13.4
    high = np.inf if output.maximum is None else output.maximum
    return min(max(value, output.minimum or 0.0), high)


REFERENCES = {name: typical_value(name) for name in CATALOGUE.names}
WHOLE, CREDIT = (
    package_of(CATALOGUE.names, REFERENCES, signs=signs) for signs in (CHURN_SIGNS, CREDIT_SIGNS)
)


def levels(name: str) -> dict[str, float]:
    """Values of a feature: the least allowed, a typical and a high one, and none."""
    output = CATALOGUE[name]
    low = -5000.0 if name == "account_balance" else output.minimum or 0.0
    high = 412.0 * REFERENCES[name] if output.maximum is None else output.maximum
    found = {"low": low, "one": 1.0, "typical": REFERENCES[name], "high": high}
    if output.null is None:
        found["missing"] = MISSING
    return {level: value for level, value in found.items() if not value > high}


@pytest.mark.parametrize("name", CATALOGUE.names)
def test_a_sentence_is_true_of_its_value_and_speaks_for_the_risk(name: str) -> None:
    alone = package_of([name], REFERENCES)
    for package, (level, value) in product((WHOLE, CREDIT, alone), levels(name).items()):
        values = {**REFERENCES, name: value}
        (reason,) = explain(package, values, {name: 1.0})
        if reason.feature is None:
            assert reason.text == RAISED, level
            continue
        text, output = reason.text, package.outputs[package.columns[reason.feature]]
        assert re.fullmatch(r"[A-Z0-9-][^{}\[\]|_]*\.", text), text
        assert not re.search("->|not known|UTC|nothing on record|as usual", text), text
        check_grammar(text)
        if "among the shop's" in text:
            assert reason.value is not None
            assert reason.reference is not None
            assert reason.value != reason.reference, text
            assert output.expected_sign * (reason.value - reason.reference) >= 0, text


def check_grammar(text: str) -> None:
    """One day, two days; long times in days; what is usual is somebody's."""
    for number, noun in re.findall(r"(?<![\d.,-])(-?[\d.,]+) (days?|hours?)\b", text):
        assert (number == "1") == (not noun.endswith("s")), text
        if noun.startswith("hour"):
            assert float(number.replace(",", "")) < 48, text
    for clause in text.split("usual")[1:]:
        assert re.search(r"among the shop's customers|this customer's", clause), text


@pytest.mark.parametrize("package", [WHOLE, CREDIT], ids=["churn", "credit"])
@pytest.mark.parametrize("name", CATALOGUE.names)
def test_a_feature_that_differs_the_way_people_expect_is_a_reason(
    name: str, package: Package
) -> None:
    banded = CATALOGUE[name].inputs[0] if CATALOGUE[name].kind == "threshold" else name
    found, sign = levels(banded), package.outputs[package.columns[banded]].expected_sign
    worse = [found["low"]] if sign < 0 else [found["high"]] if sign > 0 else list(found.values())
    others = {
        **REFERENCES,
        "days_since_first_order": 900.0,
        "days_since_order": 400.0,
        "orders": 9.0,
    }
    told = [explain(package, {**others, banded: value}, {name: 1.0})[0] for value in worse]
    assert any(reason.feature is not None for reason in told), told


@pytest.mark.parametrize("name", CATALOGUE.names)
def test_what_lowers_the_risk_is_never_a_reason_for_it(name: str) -> None:
    for value in levels(name).values():
        (reason,) = explain(WHOLE, {**REFERENCES, name: value}, {name: -1.0})
        assert (reason.feature, reason.contribution) == (None, 0.0)


@pytest.mark.parametrize("seed", range(30))
def test_one_reason_is_given_of_one_concept_whatever_raises_the_risk(seed: int) -> None:
    random = np.random.default_rng(seed)
    values = {name: random.choice(list(levels(name).values()), p=None) for name in CATALOGUE.names}
    raised = {name: float(random.exponential()) for name in CATALOGUE.names}
    found = explain(WHOLE, values, raised)
    concepts = [WHOLE.outputs[WHOLE.columns[reason.feature or ""]].family for reason in found]
    assert len(set(concepts)) == len(found) == 4
    assert len({reason.text for reason in found}) == 4
    assert sum((reason.feature or "") in RECENCY for reason in found) <= 1


def test_a_shop_that_sold_nothing_lately_is_told_so_once() -> None:
    bought = {"orders": 4.0, "days_since_order": 412.0, "order_gap_days": 26.0}
    values = dict.fromkeys(CATALOGUE.names, 0.0) | bought
    lull = (
        "orders_90d",
        "orders_365d",
        "products_365d",
        "spend_90d",
        "order_trend",
        "recency_band",
    )
    (reason,) = explain(WHOLE, values, {"days_since_order": 0.5} | dict.fromkeys(lull, 0.25))
    assert (
        reason.text == "No order for 412 days; on average 26 days between this customer's orders."
    )
    assert reason.feature == "days_since_order"
    assert reason.contribution == 2.0


def test_what_the_latest_order_speaks_against_does_not_raise_the_risk_by_another_name() -> None:
    values = {"orders": 4.0, "days_since_order": 100.0, "orders_90d": 0.0}
    found = explain(package_of(values), values, {"days_since_order": -1.0, "orders_90d": 0.3})
    assert [reason.feature for reason in found] == [None]


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (
            {"orders": 4, "days_since_order": 66, "order_gap_days": 20},
            "No order for 66 days; on average 20 days between this customer's orders.",
        ),
        (
            {"orders": 2, "days_since_order": 66, "order_gap_days": 20},
            "Only two orders, 20 days apart; the latest 66 days ago.",
        ),
        (
            {"orders": 4, "days_since_order": 66, "order_gap_days": 90},
            "No order for 66 days; usually 30 days among the shop's customers.",
        ),
        (
            {"orders": 1, "days_since_order": 66, "order_gap_days": MISSING},
            "Only one order so far, 66 days ago.",
        ),
        (
            {"orders": 1, "days_since_order": 5, "order_gap_days": MISSING},
            "Only one order so far, 5 days ago.",
        ),
        ({"orders": 4, "days_since_order": 5, "order_gap_days": 20}, RAISED),
        ({"orders": 0, "days_since_order": MISSING, "order_gap_days": MISSING}, "No order yet."),
    ],
)
@pytest.mark.parametrize("name", ["days_since_order", "recency_band"])
def test_the_latest_order_is_held_against_the_customers_own_gap_only_where_it_is_longer(
    name: str, values: dict[str, float], text: str
) -> None:
    band = MISSING if values["orders"] == 0 else 0.0
    package = package_of([*values, "recency_band"])
    (reason,) = explain(package, {**values, "recency_band": band}, {name: 1.0})
    assert (reason.text, reason.feature) == (
        text,
        None if text == RAISED else "days_since_order",
    )


@pytest.mark.parametrize("name", ["basket_units_365d", "basket_lines_365d", "largest_order_365d"])
def test_a_missing_worth_of_orders_is_neither_a_lack_of_orders_nor_a_reason(name: str) -> None:
    def tell(**values: float) -> str:
        return explain(package_of(values), values, {name: 1.0})[0].text

    assert tell(**{name: MISSING, "orders_365d": 3.0}) == RAISED
    assert tell(**{name: MISSING}) == RAISED
    lull = tell(**{name: MISSING, "orders_365d": 0.0, "days_since_order": 400.0})
    assert lull == "No order for 400 days; usually 30 days among the shop's customers."


def test_what_one_or_two_orders_say_is_said_once() -> None:
    once = {"orders": 1.0, "days_since_order": 508.2, "days_since_registration": 508.4}
    twice = {"orders": 2.0, "days_since_order": 508.2, "order_gap_days": 5.0}
    for values, name in ((once, "days_since_registration"), (twice, "order_gap_days")):
        (reason,) = explain(package_of(values), values, {"days_since_order": 1.0, name: 0.5})
        assert (reason.feature, reason.contribution) == ("days_since_order", 1.5)
    short = {"orders": 4.0, "days_since_order": 5.0, "days_since_registration": 20.0}
    (reason,) = explain(package_of(short), short, {"days_since_registration": 0.5})
    assert reason.text == "Known for only 20 days; usually 30 days among the shop's customers."
    long = {"orders": 4.0, "days_since_order": 400.0, "days_since_registration": 700.0}
    (reason,) = explain(package_of(long), long, {"days_since_registration": 0.5})
    assert reason.text == "No order for 400 days; usually 30 days among the shop's customers."


def test_free_orders_are_orders() -> None:
    text = told("spend_365d", usual=2776.0, spend_365d=0.0, orders_365d=2.0, days_since_order=40.0)
    assert text == (
        "Paid nothing for orders in the last 365 days; usually 27.76 EUR among the shop's customers."
    )


def test_nothing_is_past_due_where_no_invoice_is_open() -> None:
    assert told("current_days_past_due", usual=0.0, current_days_past_due=0.0) == RAISED
    assert told("current_days_past_due", usual=0.0, current_days_past_due=3.0) == (
        "An open invoice is 3 days past due; usually 0 days among the shop's customers."
    )


def test_what_some_customers_lack_is_usual_among_the_others() -> None:
    package = package_of(["delivery_hours_late_365d"], some_missing=True)
    values = {"delivery_hours_late_365d": 123.0}
    (reason,) = explain(package, values, {"delivery_hours_late_365d": 1.0})
    assert reason.text == (
        "Late deliveries missed their promise by 5.1 days on average in the last 365 days;"
        " usually 30 hours among the shop's customers with deliveries in the last 365 days."
    )


def test_hours_are_those_of_the_shops_clock() -> None:
    assert told("order_hour_365d", usual=13.5, order_hour_365d=9.0) == (
        "Orders in the last 365 days came around 11:30 on average; usually 16:00 among the shop's customers."
    )
    assert told(
        "night_order_share_365d", offset=PAULO, night_order_share_365d=1.0, orders_365d=2.0
    ).startswith("100 % of orders in the last 365 days came from 19:00 to 03:00;")
    assert told(
        "weekend_order_share_365d", offset=PAULO, weekend_order_share_365d=1.0, orders_365d=2.0
    ).startswith(
        "100 % of orders in the last 365 days came at the weekend (from Friday 21:00 to Sunday 21:00);"
    )


def test_no_mean_hour_is_told_where_the_day_of_utc_ends_in_the_evening() -> None:
    several = told("order_hour_365d", offset=PAULO, order_hour_365d=12.0, orders_365d=2.0)
    assert several == (
        "Orders in the last 365 days came at other hours than usual among the shop's customers."
    )
    only = told("order_hour_365d", usual=15.0, offset=PAULO, order_hour_365d=12.0, orders_365d=1.0)
    assert only == (
        "The only order in the last 365 days came around 09:30; usually 12:30 among the shop's customers."
    )


def test_a_shops_clock_is_the_one_it_has_for_most_of_the_year() -> None:
    for month in (1, 7):
        at = datetime(2018, month, 1, tzinfo=UTC)
        assert clock_offset(ZoneInfo("Europe/Berlin"), at) == BERLIN
        assert clock_offset(ZoneInfo("America/Sao_Paulo"), at) == PAULO


def test_a_package_has_whatever_its_sentences_read() -> None:
    added = companions(["recency_band", "basket_lines_365d"], CATALOGUE)
    assert set(added) == {"days_since_order", "orders", "order_gap_days", "orders_365d"}
    assert companions([*added, "recency_band"], CATALOGUE) == ()


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (
            {"orders": 1.0, "largest_order_365d": 1599.0},
            "The only order was worth 15.99 EUR; usually 27.36 EUR for the largest order among the shop's customers.",
        ),
        (
            {"orders": 3.0, "largest_order_365d": 1599.0},
            "Largest order in the last 365 days: 15.99 EUR; usually 27.36 EUR among the shop's customers.",
        ),
        ({"orders": 3.0, "largest_order_365d": 9900.0}, RAISED),
    ],
)
def test_an_only_order_is_told_as_one_and_a_large_one_is_no_sign_of_leaving(
    values: dict[str, float], text: str
) -> None:
    package = package_of(values, {"largest_order_365d": 2736.0})
    (reason,) = explain(package, values, {"largest_order_365d": 1.0})
    assert reason.text == text


def test_much_on_credit_and_little_to_go_by_are_both_believed_of_a_payer() -> None:
    name = "largest_order_365d"
    for value, package in ((9900.0, CREDIT), (100.0, CREDIT), (100.0, WHOLE)):
        (reason,) = explain(package, {**REFERENCES, name: value}, {name: 1.0})
        assert reason.feature == name


def test_who_was_not_there_a_year_ago_is_not_told_of_last_years_season() -> None:
    name = "orders_season_ahead"
    for tenure, told_of in ((900.0, name), (100.0, None)):
        values = {"days_since_first_order": tenure, "orders_365d": 2.0, name: 0.0}
        (reason,) = explain(package_of(values), values, {name: 1.0})
        assert reason.feature == told_of


def test_every_sentence_concept_and_sign_is_that_of_a_feature() -> None:
    stems = {re.sub(r"_\d+d$", "", name) for name in CATALOGUE.names} | set(CATALOGUE.names)
    concepts = {concept_of(output) for output in CATALOGUE.outputs}
    assert set(TEMPLATES) <= stems
    assert set(CONCEPTS) <= stems
    assert {*CHURN_SIGNS, *CREDIT_SIGNS} <= stems | concepts
