"""Events over HTTP: told of late they keep both times, told of twice they are kept once."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from tests.commerce.concurrency import at_once
from tests.serving.rest.people import Shops
from tests.serving.rest.trade import Trade, statements_of

from commerce.records.ledger import SALES


@pytest.fixture
def trade(shops: Shops) -> Trade:
    return Trade(shops)


def told(shops: Shops, **more: Any) -> dict[str, Any]:
    customer = str(shops.buyer.actor.customer_id)
    body = {"type": "cart.opened", "occurred_at": "2026-01-15T09:30:00Z", "customer": customer}
    return {**body, **more}


def test_an_event_of_the_past_keeps_when_it_happened_and_when_it_was_told(shops: Shops) -> None:
    made = shops.admin.post("/api/events/", told(shops))
    assert made.status_code == 201, made.text
    event = made.json()
    assert event["occurred_at"] == "2026-01-15T09:30:00Z"
    assert event["recorded_at"] == event["ingested_at"] == "2026-03-01T12:00:00Z"
    customer = str(shops.buyer.actor.customer_id)
    listed = shops.admin.get(f"/api/events/?customer={customer}&type=cart.opened").json()
    assert listed["results"] == [event]
    with_zone = shops.admin.post(
        "/api/events", told(shops, occurred_at="2026-01-15T10:30:00+01:00")
    )
    assert with_zone.json()["occurred_at"] == event["occurred_at"]


def test_what_is_told_twice_under_a_key_is_kept_once(shops: Shops, trade: Trade) -> None:
    body = told(shops, idempotency_key="till-7-4711")
    first, second = (shops.admin.post("/api/events/", body) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    by_another = shops.superadmin.post("/api/events/", body)
    assert by_another.json()["id"] == first.json()["id"]
    header = {"headers": {"Idempotency-Key": "one"}}
    again = [shops.admin.post("/api/events/", told(shops), **header).json() for _ in range(2)]
    assert again[0] == again[1]
    assert trade.shop.events("cart.opened") == ["cart.opened"] * 2
    other = shops.of("other")["admin"].post(
        "/api/events", {**body, "customer": None, "type": "model.promoted"}
    )
    assert other.status_code == 201
    assert other.json()["id"] != first.json()["id"]


def test_of_ten_who_tell_the_same_at_once_one_is_kept(shops: Shops, trade: Trade) -> None:
    body = told(shops, idempotency_key="till-7-4711")
    answers = at_once(*[partial(shops.admin.post, "/api/events", body)] * 10)
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert trade.shop.events("cart.opened") == ["cart.opened"]


def test_money_that_an_event_tells_of_is_posted_once(shops: Shops, trade: Trade) -> None:
    before = trade.shop.holds(SALES.kind)
    body = told(shops, type="payment.captured", amount="24.99", idempotency_key="pay-1")
    for _ in range(2):
        event = shops.admin.post("/api/events", body).json()
    assert (event["amount"], event["currency"]) == ("24.99", "EUR")
    assert trade.shop.holds(SALES.kind) - before == 2_499


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("type", "cart.burnt"),
        ("type", "event.annulled"),
        ("occurred_at", "2026-03-01T12:00:01Z"),
        ("occurred_at", "2026-01-15"),
        ("occurred_at", "2026-01-15T09:30:00"),
        ("reason", "Jane Doe said so"),
        ("amount", "-1"),
        ("amount", "0.001"),
        ("recorded_at", "2026-01-15T09:30:00Z"),
        ("quantity", 1.5),
    ],
)  # fmt: skip
def test_what_no_event_can_say_is_refused(shops: Shops, field: str, value: Any) -> None:
    refused = shops.admin.post("/api/events", told(shops, **{field: value}))
    assert refused.status_code == 422, refused.text
    assert shops.admin.get("/api/events?type=cart.opened").json()["count"] == 0


def test_nobody_tells_of_another_shops_customer(shops: Shops) -> None:
    assert shops.of("other")["admin"].post("/api/events", told(shops)).status_code == 404
    assert shops.buyer.post("/api/events", told(shops)).status_code == 403
    for path in (f"?customer={shops.buyer.actor.customer_id}", "?customer=nobody"):
        assert shops.of("other")["admin"].get(f"/api/events{path}").status_code == 404


def test_a_list_of_fifty_takes_as_many_statements_as_one_of_five(shops: Shops) -> None:
    counts = []
    for more in (5, 45):
        for _ in range(more):
            shops.admin.post("/api/events", told(shops))
        counts.append(statements_of(shops, "admin", "/api/events?page_size=100&type=cart.opened"))
    assert counts[0] == counts[1]
    assert shops.admin.get("/api/events?type=cart.opened").json()["count"] == 50
