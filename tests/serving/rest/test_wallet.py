"""Wallets, points and invoices over HTTP."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from tests.commerce.statements import statements
from tests.serving.rest.people import NOW, Shops
from tests.serving.rest.selling import customer_of, deliver, order, settle, shop_of

from commerce.records.machine import fire
from commerce.records.states import POINTS
from commerce.rewards import earn_event


def test_a_wallet_is_filled_by_a_card_and_its_history_sums_to_its_balance(shops: Shops) -> None:
    shop = shop_of(shops)
    settle(shop, shops.buyer)
    card = shops.buyer.post("/api/payment_methods", {"token": "pm_card_visa"}).json()[0]["id"]
    begun = shops.buyer.post("/api/wallet/top_up/", {"amount": "50.00", "method_id": card})
    assert (begun.status_code, begun.json()["status"]) == (201, "requires_confirmation")
    assert shops.buyer.get("/api/wallet/").json()["balance"] == "0.00"
    path = f"/api/payments/{begun.json()['payment_id']}/confirm_payment"
    assert shops.buyer.post(path).json()["status"] == "succeeded"

    kept, called_off = (order(shops.buyer, shop.variant(1000))["id"] for _ in range(2))
    shops.buyer.post(f"/api/orders/{called_off}/cancel")
    held = shops.buyer.get("/api/wallet/").json()
    assert held == {"balance": "38.10", "held_balance": "11.90", "currency": "EUR"}
    shops.admin.post(f"/api/orders/{kept}/create_refund", {"amount": "1.90", "reason": "damaged"})
    after = shops.buyer.get("/api/wallet/").json()
    assert (after["balance"], after["held_balance"]) == ("40.00", "0.00")
    entries = shops.buyer.get("/api/wallet/transactions?page_size=100").json()["results"]
    kinds = [entry["kind"] for entry in entries][::-1]
    assert kinds == ["TOP_UP", "ESCROW_HOLD", "ESCROW_HOLD", "ESCROW_RELEASE", "PAYMENT", "REFUND"]
    assert sum(Decimal(entry["change"]) for entry in entries) == Decimal(after["balance"])
    assert shop.holds("wallet", customer_of(shops.buyer).hex) == 4_000
    first = shops.buyer.get("/api/wallet/transactions?page_size=4").json()
    second = shops.buyer.get(first["next"]).json()
    assert [*first["results"], *second["results"]] == entries
    hers = f"/api/wallet?owner_id={customer_of(shops.buyer)}"
    assert shops.admin.get(hers).json() == after
    assert shops.stranger.get(hers).status_code == 404
    for amount in ("0", "-1", "1000000.01"):
        assert shops.buyer.post("/api/wallet/top_up", {"amount": amount}).status_code == 422


def test_points_are_the_balance_of_their_asset_and_the_rank_its_threshold(shops: Shops) -> None:
    shop, seller = shop_of(shops), shops.seller.actor.user_id
    assert seller is not None
    settle(shop, shops.buyer, money=10_000)
    made = order(shops.buyer, shop.variant(1000, seller=shops.seller.actor))["id"]
    deliver(shops, made)
    shops.clock.now = NOW + timedelta(days=3)
    buyer, admin = (
        shops.log_in(shops.tenant("acme"), each.actor) for each in (shops.buyer, shops.admin)
    )
    me = shops.log_in(shops.tenant("acme"), shops.seller.actor)
    assert buyer.post(f"/api/orders/{made}/complete").status_code == 200
    ten = {"points": 10, "rank": "bronze", "next_rank": "silver", "missing": 90}
    assert me.get("/api/points/").json() == ten
    assert admin.get(f"/api/points?seller_id={seller}").json() == ten
    assert buyer.get(f"/api/points?seller_id={seller}").status_code == 404
    with shop.work() as work:
        fire(work, POINTS, seller, earn_event(work, seller, 90, "order_completed"))
    assert me.get("/api/points").json()["rank"] == "silver"
    assert [each["points"] for each in me.get("/api/points/history").json()["results"]] == [90, 10]
    assert shop.holds("points", seller.hex, "PTS") == 100
    assert shop.holds("external", asset="PTS") == -100


def test_an_invoice_is_listed_paid_in_parts_and_lowered(shops: Shops) -> None:
    shop = shop_of(shops)
    settle(shop, shops.buyer)
    order(shops.buyer, shop.variant(1000), method="pay_later", instalments=2)
    listed = shops.buyer.get("/api/invoices/").json()
    assert [each["amount"] for each in listed["results"]] == ["5.95", "5.95"]
    assert shops.stranger.get("/api/invoices").json()["count"] == 0
    first, second = (f"/api/invoices/{each['id']}" for each in listed["results"])
    paid = shops.admin.post(f"{first}/pay", {"amount": "5.00", "reference": "bank-1"}).json()
    assert (paid["paid"], paid["open"]) == ("5.00", "0.95")
    assert shops.admin.post(f"{first}/pay", {"amount": "0.96"}).status_code == 409
    lowered = shops.admin.post(f"{second}/credit", {"amount": "5.95", "reason": "damaged"}).json()
    assert (lowered["credited"], lowered["open"]) == ("5.95", "0.00")
    assert shops.buyer.post(f"{first}/pay", {"amount": "0.95"}).status_code == 403
    shops.clock.now = NOW + timedelta(days=40)
    admin = shops.log_in(shops.tenant("acme"), shops.admin.actor)
    (late,) = admin.get("/api/invoices/overdue").json()["results"]
    assert (late["open"], late["days_overdue"]) == ("0.95", 10)


def test_lists_ask_the_database_as_often_for_fifty_rows_as_for_five(shops: Shops) -> None:
    shop, buyer = shop_of(shops), shops.buyer
    settle(shop, buyer)
    variant = shop.variant(100, stock=100)
    counts = []
    for many in (5, 45):
        for _ in range(many):
            shop.top_up(customer_of(buyer), 100)
            order(buyer, variant, method="pay_later")
        row = []
        for path in ("/api/invoices", "/api/wallet/transactions"):
            buyer.get(path)
            with statements(shops.gate.engine) as seen:
                listed = buyer.get(f"{path}?page_size=100").json()
            row.append((len(seen), listed["count"]))
        counts.append(row)
    assert [[each[1] for each in row] for row in counts] == [[5, 5], [50, 50]]
    assert [each[0] for each in counts[0]] == [each[0] for each in counts[1]]
