"""Rows in which every output was sent: what surely agrees is what `complete` accepts, and so do real customers."""

from __future__ import annotations

from contextlib import nullcontext

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.features.declaring.contradictions import CONTRADICTIONS

from features.catalogue import CATALOGUE
from features.declaring.beliefs import Contradiction
from features.declaring.complete_rows import all_surely_agree, surely_agree
from features.declaring.complete_tables import surely_agree_rows
from features.declaring.declaration import (
    Catalogue,
    age,
    catalogue,
    count,
    difference,
    gap_mean,
    ratio,
    recency,
    source,
    threshold,
)
from features.declaring.relations import complete, rules_of

Values = dict[str, float | None]

PLACES = {name: place for place, name in enumerate(CATALOGUE.names)}
MONEY = [PLACES[output.name] for output in CATALOGUE.outputs if output.unit == "minor"]
RULES = [rule for rule in rules_of(CATALOGUE) if all(name in PLACES for name in rule.names)]


def as_row(values: Values) -> npt.NDArray[np.float64]:
    return np.array([values[name] for name in CATALOGUE.names], dtype=np.float64)


def as_values(row: npt.NDArray[np.float64]) -> Values:
    return {
        name: None if value != value else value
        for name, value in zip(PLACES, row.tolist(), strict=True)
    }


def test_customers_of_a_shop_surely_agree(customers: list[Values]) -> None:
    agree = [surely_agree(CATALOGUE, as_row(values)) for values in customers]
    assert len(agree) > 20
    assert sum(agree) >= 0.98 * len(agree)


def test_rows_are_judged_together_as_they_are_one_by_one(customers: list[Values]) -> None:
    rows = [as_row(values) for values in customers]
    agree = [row for row in rows if surely_agree(CATALOGUE, row)]
    assert len(agree) > 20
    for together in (1, 2, 15, 16, 17, len(agree)):
        assert all_surely_agree(CATALOGUE, np.array(agree[:together]))
    broken = agree[0].copy()
    broken[PLACES["orders_30d"]] = broken[PLACES["orders_90d"]] + 1
    assert not surely_agree(CATALOGUE, broken)
    for place in range(18):
        some = agree[:18]
        some[place] = broken
        assert not all_surely_agree(CATALOGUE, np.array(some))


@st.composite
def edits(draw: st.DrawFn) -> tuple[str, int, int, float]:
    """How to change a row: what to do, to which output or by which rule, from which customer, by how much."""
    what = draw(st.sampled_from(("add", "scale", "miss", "swap", "take", "empty", "enrich")))
    amount = draw(st.sampled_from((1.0, -1.0, 0.0, 0.5, 2.0, 1.001, 0.999, 1e5)))
    return what, draw(st.integers(0, 10_000)), draw(st.integers(0, 10_000)), amount


def edit(
    row: npt.NDArray[np.float64], customers: list[Values], change: tuple[str, int, int, float]
) -> None:
    """Change a row in place, to values in their range."""
    what, number, other, amount = change
    place = number % len(row)
    names = [PLACES[name] for name in RULES[number % len(RULES)].names]
    if what == "add":
        row[names[other % len(names)]] += amount
    elif what == "scale":
        row[place] *= amount
    elif what == "miss":
        row[place] = np.nan
    elif what == "swap":
        row[names] = row[names[::-1]]
    elif what == "take":
        row[names] = as_row(customers[other % len(customers)])[names]
    elif what == "empty":
        row[names] = np.nan
    else:
        row[MONEY] *= 1e4
    for at, output in enumerate(CATALOGUE.outputs):
        if row[at] != row[at] and output.null is not None:
            row[at] = output.null
        if output.dtype == "int":
            row[at] = np.round(row[at])
    low = [-np.inf if each.minimum is None else each.minimum for each in CATALOGUE.outputs]
    high = [np.inf if each.maximum is None else each.maximum for each in CATALOGUE.outputs]
    row[:] = np.clip(row, low, high)


@settings(max_examples=200)
@given(st.integers(0, 10_000), st.lists(edits(), min_size=1, max_size=4))
def test_what_surely_agrees_is_accepted_as_it_is(
    customers: list[Values], customer: int, changes: list[tuple[str, int, int, float]]
) -> None:
    row = as_row(customers[customer % len(customers)])
    for change in changes:
        edit(row, customers, change)
    if surely_agree(CATALOGUE, row):
        values = as_values(row)
        assert complete(CATALOGUE, values, {}) == values


def test_a_change_that_contradicts_a_customers_other_values_does_not_surely_agree(
    customers: list[Values],
) -> None:
    refused = 0
    for number, rule in enumerate(RULES):
        row = as_row(customers[number % len(customers)])
        edit(row, customers, ("add", number, number, 1.0))
        try:
            complete(CATALOGUE, as_values(row), {})
        except Contradiction:
            refused += 1
            assert not surely_agree(CATALOGUE, row), rule.why
    assert refused > len(RULES) / 4


def test_customers_who_spend_much_surely_agree_and_are_accepted(customers: list[Values]) -> None:
    for values in customers[:10]:
        row = as_row(values)
        row[MONEY] *= 1e5
        rich = as_values(row)
        assert surely_agree(CATALOGUE, row)
        assert complete(CATALOGUE, rich, {}) == rich


def test_every_example_of_values_that_no_customer_has_is_found_in_a_whole_row(
    customers: list[Values],
) -> None:
    for values in CONTRADICTIONS:
        for customer in customers[:5]:
            assert not surely_agree(CATALOGUE, as_row({**customer, **values})), values


ORDERS = source("order.placed")
SPACED = catalogue(
    count(ORDERS, name="orders", windows=(30, None), description="Orders."),
    recency(ORDERS, name="latest", description="Days since the latest."),
    age(ORDERS, name="first", description="Days since the first."),
    gap_mean(ORDERS, name="gap", description="Days between them."),
)


@pytest.mark.parametrize(
    ("sent", "agrees"),
    [
        ((0.0, 0.0, None, None, None), True),
        ((2.0, 3.0, 5.0, 45.0, 20.0), True),
        ((1.0, 1.0, 5.0, 5.0, None), True),
        ((0.0, 3.0, 5.0, 45.0, 20.0), False),  # the latest is of the last 30 days
        ((2.0, 3.0, 45.0, 85.0, 20.0), False),  # and here of none of them
        ((2.0, 3.0, 5.0, 45.0, 30.0), False),  # 2 gaps of 30 days in 40
        ((2.0, 3.0, 5.0, 45.0, 10.0), False),
        ((1.0, 1.0, 5.0, 45.0, None), False),  # one order, of two days
        ((1.0, 1.0, 5.0, 5.0, 20.0), False),  # one order, and a gap
    ],
)
def test_orders_in_time_agree_or_contradict_each_other_as_one_by_one(
    sent: tuple[float | None, ...], agrees: bool
) -> None:
    assert surely_agree(SPACED, np.array(sent, dtype=np.float64)) is agrees
    values = dict(zip(SPACED.names, sent, strict=True))
    with nullcontext() if agrees else pytest.raises(Contradiction):
        assert complete(SPACED, values, {}) == values


def refunds(*, hidden: bool) -> Catalogue:
    """A shop in which a rate, that a band is made of, is sent or not."""
    return catalogue(
        count(ORDERS, name="orders", description="Orders."),
        count(ORDERS.only(category="late"), name="late", description="Late ones.", hidden=True),
        ratio("late_rate", "late", "orders", description="Share that was late.", hidden=hidden),
        threshold("late_band", "late_rate", [0.5], description="Whether half was late."),
    )


@pytest.mark.parametrize(
    ("orders", "rate", "band", "agrees"),
    [
        (3.0, 2 / 3, 1.0, True),
        (3.0, 1 / 3, 0.0, True),
        (0.0, np.nan, np.nan, True),
        (3.0, 0.5, 1.0, False),  # 1.5 of 3 orders
        (3.0, 1 / 3, 1.0, False),
        (3.0, 1 / 3, np.nan, False),
    ],
)
def test_an_output_that_is_not_sent_is_found_from_those_that_are(
    orders: float, rate: float, band: float, agrees: bool
) -> None:
    assert surely_agree(refunds(hidden=False), np.array([orders, rate, band])) is agrees


def test_where_what_is_not_sent_is_derived_itself_nothing_surely_agrees() -> None:
    assert not surely_agree(refunds(hidden=True), np.array([3.0, 1.0]))


def test_of_a_difference_of_two_that_are_not_sent_neither_is_found() -> None:
    shop = catalogue(
        count(ORDERS, name="orders", description="Orders.", hidden=True),
        count(ORDERS.only(category="late"), name="late", description="Late ones.", hidden=True),
        difference("in_time", "orders", "late", description="Orders in time."),
    )
    assert surely_agree(shop, np.array([0.0]))
    assert not surely_agree(shop, np.array([3.0]))
    assert complete(shop, {"in_time": 3.0}, {}) == {"in_time": 3.0}


@pytest.mark.parametrize(
    ("rate", "agrees"),
    [
        (0.0, True),
        (1.0, True),
        (1 / 3, True),
        (12345 / 67891, True),
        (1.5, False),  # more late ones than orders
        (np.nan, True),
        (1e-12, False),  # of more orders than anyone places, it may be; `complete` is asked
        (5e-324, False),
    ],
)
def test_two_that_are_not_sent_are_found_from_their_quotient(rate: float, agrees: bool) -> None:
    shop = catalogue(
        count(ORDERS, name="orders", description="Orders.", hidden=True),
        count(ORDERS.only(category="late"), name="late", description="Late ones.", hidden=True),
        ratio("late_rate", "late", "orders", description="Share that was late."),
    )
    assert surely_agree(shop, np.array([rate])) is agrees


@settings(max_examples=20)
@given(st.lists(st.lists(edits(), max_size=3), min_size=1, max_size=40))
def test_rows_of_a_table_are_judged_as_they_are_alone(
    customers: list[Values], changes: list[list[tuple[str, int, int, float]]]
) -> None:
    rows = []
    for place, some in enumerate(changes):
        row = as_row(customers[place % len(customers)])
        for change in some:
            edit(row, customers, change)
        rows.append(row)
    together = surely_agree_rows(CATALOGUE, np.array(rows))
    for row, agrees in zip(rows, together.tolist(), strict=True):
        if agrees and not surely_agree(CATALOGUE, row):  # other guesses, as good
            complete(CATALOGUE, as_values(row), {})


def test_customers_of_a_shop_surely_agree_as_a_table(customers: list[Values]) -> None:
    table = np.array([as_row(values) for values in customers])
    agree = surely_agree_rows(CATALOGUE, table)
    assert agree.sum() >= 0.98 * len(table)
    assert surely_agree_rows(CATALOGUE, table[:0]).tolist() == []
