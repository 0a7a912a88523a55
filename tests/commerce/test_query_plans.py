"""What a shop does all day is searched by index: no statement of it reads all that a tenant has."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, event
from tests.commerce.delivery.journeys import delivered
from tests.commerce.sent_back import inspected
from tests.commerce.shop import NOW, make_shop

from commerce import wallet
from commerce.auctions import bidding, closing, listing, queries
from commerce.notifications.inbox import list_own, notifier
from commerce.orders import cart, checkout, completion
from commerce.orders import queries as orders
from commerce.payments import intents, invoices
from commerce.records.actors import SYSTEM
from commerce.records.instants import to_micros
from commerce.records.outbox import drain
from commerce.returns import approve

GROWING = (
    "account|auction|bid|delivery|event|invoice|notification|order_line|orders|outbox|payment"
    "|payment_event|posting|product|return_request|variant"
)
"""Tables that grow as a shop sells."""

TOO_MUCH = re.compile(
    rf"SCAN ({GROWING})\b|SEARCH ({GROWING}) .*\(tenant_id=\?\)|AUTOMATIC.*tenant"
)
"""A plan that reads a whole table, or all of it that is the tenant's."""


@contextmanager
def statements(engine: Engine) -> Iterator[dict[str, Any]]:
    """Note every statement, with parameters that it was given."""
    seen: dict[str, Any] = {}

    def note(_: Any, __: Any, text: str, given: Any, ___: Any, many: bool) -> None:
        if re.match(r"\s*(SELECT|UPDATE|DELETE|WITH)", text):
            seen.setdefault(text, given[0] if many else given)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_a_shops_day_reads_no_table_whole(engine: Engine) -> None:
    shop = make_shop(engine)
    buyer, seller = shop.buyer(90_000), shop.seller()
    customer = buyer.customer_id
    assert customer is not None
    variant = shop.variant(seller=seller, stock=50)
    returned = {
        method: inspected(shop, buyer, delivered(shop, buyer, (variant, 1), method=method))
        for method in ("wallet", "pay_later")
    }
    now = to_micros(NOW)
    with shop.work(seller) as work:
        auction = listing.draft(
            work, variant, opening=100, starts_at=now, ends_at=now + 3_600_000_000
        )
    with statements(engine) as seen:
        with shop.work(buyer) as work:
            cart.add(work, variant)
            cart.view(work)
            order = checkout.checkout(work, "wallet")
        with shop.work(buyer) as work:
            completion.cancel(work, order)
            orders.listed(work)
            invoices.of_customer(work, customer)
        with shop.work(SYSTEM, days=3) as work:
            for due in completion.complete_due(work):
                intents.is_paid(work, due)
                completion.complete(work, due)
        for each in returned.values():
            with shop.work(days=4) as work:
                approve(work, each)
        with shop.work() as work:
            listing.submit(work, auction)
            listing.approve(work, auction)
            listing.start(work, auction)
        with shop.work(buyer) as work:
            bidding.bid(work, auction, 1_000)
            queries.bids(work, auction)
        with shop.work(SYSTEM, hours=1) as work:
            closing.close(work, auction)
        drain(engine, shop.tenant, notifier(), now=NOW + timedelta(days=5))
        with shop.look(buyer) as work:
            list_own(work)
            wallet.view(work, customer)
            wallet.history(work, customer)
    assert len(seen) > 60
    plans = {}
    with engine.connect() as connection:
        for text, given in seen.items():
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", given)
            steps = [row.detail for row in plan if TOO_MUCH.search(row.detail)]
            if steps:
                plans[re.sub(r"\s+", " ", text)] = steps
    assert plans == {}
