"""What the clock does, done by hand: every transition has its route, and once is enough."""

from __future__ import annotations

import pytest
from tests.serving.rest.people import Shops
from tests.serving.rest.trade import Trade

from commerce.records import schema
from commerce.records.rows import first
from commerce.ticks import TRANSITIONS


@pytest.fixture
def trade(shops: Shops) -> Trade:
    return Trade(shops)


def due(trade: Trade) -> dict[str, str]:
    """A record that each transition is due for in forty days; and the auction that begins only then."""
    delivered = trade.delivered((trade.goods, 1))
    live = trade.live()
    scheduled = trade.auction(approved=True)
    shipped = trade.shipped("stranger")
    invoiced = trade.order(method="pay_later")
    rows: dict[str, str] = {
        "orders completed": str(delivered),
        "auctions closed": live,
        "auctions started": scheduled,
    }
    with trade.shop.look() as work:
        for name, table, order in (
            ("proofs expired", schema.delivery, shipped),
            ("invoices reminded", schema.invoice, invoiced),
        ):
            row = first(work, table, order_id=order)
            assert row is not None
            rows[name] = str(row.id)
    return rows


def test_every_transition_of_the_clock_has_its_way_by_hand_and_happens_once(
    shops: Shops, trade: Trade
) -> None:
    records = due(trade)
    assert set(records) == {transition.name for transition in TRANSITIONS}
    trade.later(days=60)
    for name, record in records.items():
        path = f"/api/ticks/{name.replace(' ', '-')}/{record}/"
        assert shops.seller.post(path).status_code == 403
        assert [shops.admin.post(path).json() for _ in range(2)] == [
            {"moved": True}, {"moved": False}
        ], name  # fmt: skip
    nothing = shops.admin.post("/api/ticks/").json()
    assert not {record for moved in nothing["moved"].values() for record in moved} & {
        record for name, record in records.items() if name != "auctions started"
    }
    assert shops.admin.post(f"/api/ticks/shops-burnt/{record}").status_code == 404


def test_a_tick_by_hand_moves_all_that_is_due_and_a_second_one_nothing(
    shops: Shops, trade: Trade
) -> None:
    records = due(trade)
    trade.later(days=60)
    first_time, second = (shops.admin.post("/api/ticks/").json() for _ in range(2))
    for name, record in records.items():
        assert record in first_time["moved"][name], name
    assert first_time["refused"] == []
    assert {name: moved for name, moved in second["moved"].items() if moved} == {}
    assert shops.buyer.post("/api/ticks/").status_code == 403
