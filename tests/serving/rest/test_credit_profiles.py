"""Credit profiles over HTTP: by the rules, by a learned model, in lists; made by who runs the shop alone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select
from tests.serving.rest.people import NOW, Person, Shops
from tests.serving.rest.selling import order, settle, shop_of
from tests.serving.shop import make_owing_package, make_real_package

from commerce.records.database import reading, writing
from commerce.records.instants import to_micros
from commerce.records.stream import NewEvent, append
from features.catalogue import CATALOGUE
from scoring.published import publish
from scoring.rules import POINTS
from serving.predict.packages import PackageShelf
from serving.predict.replay import replay
from serving.schema import score


def buys(shops: Shops, customer: UUID, amount: int, key: str) -> None:
    """Somebody orders something, which is paid and delivered, an hour ago."""
    at = to_micros(shops.clock() - timedelta(hours=1))
    kinds = ("order.placed", "order.paid", "delivery.delivered")
    with writing(shops.engine) as connection:
        append(
            connection,
            shops.tenant("acme"),
            [
                NewEvent(
                    kind,
                    at + place,
                    at + place,
                    f"{key}/{kind}",
                    customer_id=customer,
                    aggregate_type="order",
                    aggregate_id=key,
                    amount_minor=amount,
                    currency="EUR",
                    base_minor=amount,
                    quantity=1,
                    value=1,
                )
                for place, kind in enumerate(kinds)
            ],
            ingested_at=at,
        )


def path_of(person: Person) -> str:
    """A customer's path."""
    return f"/api/customers/{person.actor.customer_id}"


def kept(shops: Shops) -> int:
    """How many answers are kept."""
    with reading(shops.engine) as connection:
        return connection.scalar(select(func.count()).select_from(score)) or 0


def test_a_new_score_is_a_row_more_and_without_new_events_the_same(shops: Shops) -> None:
    assert shops.buyer.actor.customer_id is not None
    buys(shops, shops.buyer.actor.customer_id, 20_000, "o1")
    shops.clock.pass_by(minutes=1)
    first = shops.admin.post(f"{path_of(shops.buyer)}/recompute-score/")
    assert first.status_code == 200, first.text
    assert kept(shops) == 1
    shops.clock.pass_by(days=40)
    admin = shops.log_in(shops.tenant("acme"), shops.admin.actor)
    second = admin.post(f"{path_of(shops.buyer)}/recompute-score/")
    assert kept(shops) == 2
    one, two = first.json(), second.json()
    assert (one["score"], one["band"]) == (two["score"], two["band"])
    assert one["score"] > 600
    assert one["request_id"] != two["request_id"]


def test_more_spent_and_delivered_is_a_higher_score(shops: Shops) -> None:
    assert shops.buyer.actor.customer_id is not None
    before = shops.admin.post(f"{path_of(shops.buyer)}/recompute-score").json()
    assert (before["score"], before["band"]) == (600, "C")
    buys(shops, shops.buyer.actor.customer_id, 20_000, "o1")
    shops.clock.pass_by(minutes=1)
    after = shops.admin.post(f"{path_of(shops.buyer)}/recompute-score").json()
    assert after["score"] > before["score"]


def test_who_does_not_run_the_shop_has_no_score_made(shops: Shops) -> None:
    for person in (shops.buyer, shops.stranger, shops.seller, shops.courier):
        assert person.post(f"{path_of(shops.buyer)}/recompute-score/").status_code == 403
    assert kept(shops) == 0


def test_a_profile_is_the_latest_score_with_what_it_was_made_of(shops: Shops) -> None:
    path = path_of(shops.buyer)
    never = shops.admin.get(f"{path}/credit-profile/")
    assert never.status_code == 404
    assert "recompute-score" in never.json()["detail"]
    shops.admin.post(f"{path}/recompute-score")
    shops.clock.pass_by(minutes=5)
    made = shops.admin.post(f"{path}/recompute-score").json()
    for person in (shops.buyer, shops.admin):
        assert person.get(f"{path}/credit-profile/").json() == made
    assert set(made["features"]) == set(POINTS)
    assert made["model_version"] == "acme.credit/rules-5000"
    assert made["as_of"] == made["made_at"] == "2026-03-01T12:05:00Z"
    assert shops.stranger.get(f"{path}/credit-profile").status_code == 404


def test_the_list_has_the_latest_of_each_customer_and_is_filtered_by_band(shops: Shops) -> None:
    assert shops.buyer.actor.customer_id is not None
    for person in (shops.buyer, shops.stranger):
        shops.admin.post(f"{path_of(person)}/recompute-score")
    buys(shops, shops.buyer.actor.customer_id, 100_000, "o1")
    shops.clock.pass_by(minutes=1)
    latest = shops.admin.post(f"{path_of(shops.buyer)}/recompute-score").json()
    everybody = shops.admin.get("/api/credit-profiles/").json()
    assert everybody["count"] == 2
    assert everybody["results"][0] == latest
    better = shops.admin.get(f"/api/credit-profiles/?band={latest['band'].lower()}").json()
    assert latest["band"] < "C"
    assert better["results"] == [latest]
    assert shops.admin.get("/api/credit-profiles?band=C").json()["count"] == 1
    rising = shops.admin.get("/api/credit-profiles?ordering=score").json()["results"]
    assert [each["score"] for each in rising] == [600, latest["score"]]
    for wrong in ("band=F", "ordering=age"):
        refused = shops.admin.get(f"/api/credit-profiles?{wrong}")
        assert (refused.status_code, refused.json()["field"]) == (422, wrong.partition("=")[0])
    mine = shops.stranger.get("/api/credit-profiles").json()["results"]
    assert [each["customer_id"] for each in mine] == [str(shops.stranger.actor.customer_id)]
    assert shops.of("other")["admin"].get("/api/credit-profiles").json()["count"] == 0


def test_what_a_profile_says_would_better_the_score_does_so_once_it_is_paid(
    shops: Shops, tmp_path: Path
) -> None:
    publish(make_owing_package(), tmp_path)
    shelf = PackageShelf([tmp_path], CATALOGUE)
    object.__setattr__(shops.app.state.serving, "shelf", shelf)
    shop, path = shop_of(shops), path_of(shops.buyer)
    settle(shop, shops.buyer)
    order(shops.buyer, shop.variant(1000), method="pay_later", instalments=2)
    shops.clock.pass_by(minutes=1)
    made = shops.admin.post(f"{path}/recompute-score").json()
    assert made["band"] == "E"
    assert made["scaled_rule_score"] == round(
        483.9 + 72.13 * (1.0 + 0.5 * (made["rule_score"] - 483.9) / 72.13)
    )
    head, reason, last = made["notice"]
    assert f"{made['score']} on a scale" in head
    assert reason.startswith("Much is still to be paid on invoices: ")
    assert "person decide anew" in last
    part, whole = made["recourse"]["ways"]
    assert (part["band"], whole["band"]) == ("D", "B")
    assert [len(way["moves"]) for way in (part, whole)] == [1, 2]
    assert part["text"].startswith("To reach band D: settle the invoice of ")
    for way, moves in ((part, part["moves"]), (whole, whole["moves"])):
        for move in moves:
            if shops.admin.get(f"/api/invoices/{move['invoice']}").json()["open"] != "0.00":
                amount = {"amount": move["amount"]}
                paid = shops.admin.post(f"/api/invoices/{move['invoice']}/pay", amount)
                assert paid.status_code == 200, paid.text
        shops.clock.pass_by(minutes=1)
        came = shops.admin.post(f"{path}/recompute-score").json()
        assert (came["band"], came["score"]) == (way["band"], way["score"])
    assert came["notice"] is None
    assert came["recourse"]["ways"] == []
    assert shops.buyer.get(f"{path}/credit-profile").json()["score"] == whole["score"]


@pytest.mark.parametrize("learned", [False, True])
def test_a_score_is_replayed_from_the_stream(shops: Shops, tmp_path: Path, learned: bool) -> None:
    assert shops.buyer.actor.customer_id is not None
    shelf = shops.app.state.serving.shelf
    if learned:
        publish(make_real_package("credit"), tmp_path)
        shelf = PackageShelf([tmp_path], CATALOGUE)
        object.__setattr__(shops.app.state.serving, "shelf", shelf)
    buys(shops, shops.buyer.actor.customer_id, 20_000, "o1")
    shops.clock.pass_by(minutes=1)
    made = shops.admin.post(f"{path_of(shops.buyer)}/recompute-score").json()
    shops.clock.pass_by(hours=2)
    buys(shops, shops.buyer.actor.customer_id, 90_000, "o2")
    with reading(shops.engine) as connection:
        again = replay(connection, shelf, made["request_id"])
    again.require_same()
    assert again.unread is None
    assert (made["model_version"] == "acme.credit/1") == learned
    assert (made["score"] == made["rule_score"]) == (not learned)


def test_a_customers_score_is_as_of_the_shops_own_clock(shops: Shops) -> None:
    made = shops.admin.post(f"{path_of(shops.buyer)}/recompute-score").json()
    assert made["as_of"] == f"{NOW:%Y-%m-%dT%H:%M:%SZ}"
