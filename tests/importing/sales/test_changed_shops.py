"""A shop goes on, and its next export makes the records what the shop is now, to the cent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.importing.sales.dialects import Dialect, Sale, TrueOrder, orders, write
from tests.importing.shops import Shop, worth

from importing.engine.summary import ImportSummary

NEXT: Mapping[str, tuple[str, ...]] = {
    "open": ("open", "open", "paid", "cancelled", "returned"),
    "paid": ("paid", "paid", "returned", "cancelled"),
    "cancelled": ("cancelled",),
    "returned": ("returned", "cancelled"),
}
_tenants = count(1)


@st.composite
def later(draw: st.DrawFn, shop: list[TrueOrder]) -> list[TrueOrder]:
    """The same shop some days later."""
    return [_moved_on(draw, order) for order in shop]


def _moved_on(draw: st.DrawFn, order: TrueOrder) -> TrueOrder:
    lines = list(order.lines)
    place = draw(st.integers(0, len(lines) - 1))
    line, kind = lines[place], draw(st.sampled_from(["", "", "price", "units", "gone", "added"]))
    if order.state in ("cancelled", "returned"):
        kind = ""
    if kind == "price":
        lines[place] = replace(line, price=Decimal(draw(st.integers(0, 2_000_000))) / 100)
    elif kind == "units":
        lines[place] = replace(line, quantity=draw(st.integers(1, 2000)))
    elif kind == "gone" and len(lines) > 1:
        del lines[place]
    elif kind == "added":
        lines.append(Sale(draw(st.sampled_from(["P1", "P4"])), 3, Decimal("4.10")))
    return replace(order, lines=tuple(lines), state=draw(st.sampled_from(NEXT[order.state])))


def onward(
    before: list[TrueOrder], now: list[TrueOrder], after: list[TrueOrder]
) -> list[TrueOrder]:
    """The shop after, but no order is again what it was before: such a file says no more than an older one."""
    return [
        was_now if looks(was_now) != looks(was) == looks(is_) else is_
        for was, was_now, is_ in zip(before, now, after, strict=True)
    ]


def looks(order: TrueOrder) -> tuple[str, dict[str, tuple[int, Decimal]]]:
    """What a file shows of an order: its status, and what of each product."""
    shown: dict[str, tuple[int, Decimal]] = {}
    for line in order.lines:
        units, amount = shown.get(line.product, (0, Decimal(0)))
        shown[line.product] = (units + line.quantity, amount + line.quantity * line.price)
    return order.state, shown


def truth(shop: list[TrueOrder]) -> dict[str, tuple[str, int]]:
    """Status, and money that is the shop's, of each order."""
    return {
        order.name: (
            "cancelled" if order.state == "cancelled" else "placed",
            order.total if order.state == "paid" else 0,
        )
        for order in shop
    }


def check_days(shop: Shop, days: list[list[TrueOrder]]) -> None:
    """Import a shop's exports, each twice, and hold the records against each; the first again changes nothing."""
    tenant = f"t{next(_tenants)}"

    def take(day: list[TrueOrder]) -> ImportSummary:
        content = write(day, Dialect())
        return shop.sell(content, tenant=tenant, timezone="Europe/Berlin", allow_refused=0.0)

    for day in days:
        take(day)
        assert worth(shop, tenant) == truth(day)
        again: Any = take(day)
        assert (again.rows_accepted, again.events, again.changed) == (0, 0, {})
    assert take(days[0]).events == 0
    assert worth(shop, tenant) == truth(days[-1])
    assert shop.findings(tenant) == []


@given(data=st.data())
@settings(
    max_examples=8,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_the_next_exports_of_a_shop_make_the_records_what_it_is(
    shop: Shop, data: st.DataObject
) -> None:
    first = data.draw(orders)
    second = data.draw(later(first))
    check_days(shop, [first, second, onward(first, second, data.draw(later(second)))])


@pytest.mark.slow
@given(data=st.data())
@settings(
    max_examples=500,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_the_next_exports_of_a_thousand_shops_make_the_records_what_they_are(
    shop: Shop, data: st.DataObject
) -> None:
    first = data.draw(orders)
    check_days(shop, [first, data.draw(later(first))])
