"""What the stream tells of an order that the records hold: what it is worth, what it was before, what arrived."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, or_, select

from commerce.records import schema
from commerce.records.sql import linked, micros, pages
from commerce.records.stream import ANNULLED
from commerce.records.tenants import Tenant
from importing.engine.identity import uuid_of
from importing.engine.known import plain_key
from importing.sales.known_orders import KnownOrder

_BATCH = 90
"""Orders whose history is read at once: with their payments, names of one IN list."""

_FAILED = "requires_payment_method"

Amounts = dict[str | None, tuple[int, int]]
"""By product: units and minor units."""

Picture = tuple[Any, ...]
"""What an order looks like in an export: status, money kept, money sent back, units and amounts by product."""


def picture(status: str, net: int, back: int, products: Amounts) -> Picture:
    """Draw what an order looks like; of one that is called off its lines say no more."""
    if status == "cancelled":
        return (status,)
    lines = sorted((name or "", *both) for name, both in products.items() if any(both))
    return (status, net, back, tuple(lines))


@dataclass(kw_only=True)
class Row:
    """A line as it was recorded first, and how many of its units are still the customer's."""

    position: int
    product: str | None
    quantity: int
    amount: int
    left: int


@dataclass(kw_only=True)
class Payment:
    """Money that arrived, and how much of it has not gone back."""

    id: uuid.UUID
    method: str | None
    left: int = 0


@dataclass(kw_only=True)
class History:
    """An order as exports have told it so far, and what else happened to its money."""

    order: KnownOrder
    rows: list[Row] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    """Those that arrived, in the order of time."""
    ids: dict[str | None, uuid.UUID | None] = field(default_factory=lambda: {None: None})
    """Of its products."""
    products: Amounts = field(default_factory=dict)
    """What it came to by its lines, less what was taken off them since."""
    status: str = "placed"
    captured: int = 0
    net: int = 0
    """Minor units captured, less those sent back for what exports told of its lines."""
    back: int = 0
    """Minor units of lines that came back, as their state says."""
    returned: set[str] = field(default_factory=set)
    """Stamps of those lines."""
    paid: bool = False
    """Whether it was told that all of it is captured."""
    failed: bool = False
    revision: int = 0
    changed_at: int = 0
    """When an export last changed it, in microseconds since 1970 UTC."""
    past: list[Picture] = field(default_factory=list)
    """What it looked like before each change."""

    @property
    def picture(self) -> Picture:
        """What it looks like now."""
        return picture(self.status, self.net, self.back, self.products)

    @property
    def state(self) -> str:
        """What it has come to, in the words of states."""
        if self.status != "placed":
            return self.status
        if self.captured and self.back and not self.net:
            return "returned"
        if self.payments:
            return "paid" if self.paid else "paid in part"
        return "failed" if self.failed else "open"


def change_source(order_id: str, revision: int, place: int, what: str = "") -> str:
    """Name an event of a change: its order, the how-manyth change of it, the how-manyth event.

    ``what`` is ``less`` for what lowers an order, ``back`` and the line's stamp for what came back.

    Examples
    --------
    >>> change_source("1f", 2, 0), change_source("1f", 2, 1, "back:100000000:0102")
    ('changed:1f:2:0', 'changed:1f:2:1:back:100000000:0102')
    """
    return f"changed:{order_id}:{revision}:{place}" + (f":{what}" if what else "")


def histories(
    connection: Connection, tenant: Tenant, orders: Sequence[KnownOrder]
) -> Iterator[History]:
    """Read the histories of some orders, in no particular order."""
    for start in range(0, len(orders), _BATCH):
        found = {order.order_id: History(order=order) for order in orders[start : start + _BATCH]}
        _read_rows(connection, tenant, found)
        payments = _read_payments(connection, tenant, found)
        whose: dict[str, tuple[History, Payment | None]] = {**payments}
        whose |= {order: (history, None) for order, history in found.items()}
        elsewhere: set[str] = set()
        for event in _events(connection, tenant, found, list(whose)):
            history, payment = whose[event.aggregate_id]
            _take(history, payment, event, elsewhere)
        yield from found.values()


def _read_rows(connection: Connection, tenant: Tenant, found: dict[str, History]) -> None:
    line, product = schema.order_line, schema.product
    rows = connection.execute(
        select(line, product.c.external_id)
        .outerjoin_from(line, product, linked(line, product))
        .where(line.c.tenant_id == tenant.id, line.c.order_id.in_(map(uuid_of, found)))
        .order_by(line.c.position)
    )
    for row in rows:
        history = found[row.order_id.hex]
        left = row.quantity - row.returned_quantity
        history.rows.append(
            Row(
                position=row.position,
                product=row.external_id,
                quantity=row.quantity,
                amount=row.amount_minor,
                left=left,
            )
        )
        history.ids[row.external_id] = row.product_id


def _read_payments(
    connection: Connection, tenant: Tenant, found: dict[str, History]
) -> dict[str, tuple[History, Payment]]:
    table = schema.payment
    rows = connection.execute(
        select(table)
        .where(table.c.tenant_id == tenant.id, table.c.order_id.in_(map(uuid_of, found)))
        .order_by(table.c.created_at, table.c.id)
    )
    payments = {}
    for row in rows:
        history, payment = found[row.order_id.hex], Payment(id=row.id, method=row.method)
        if row.status == "succeeded":
            history.payments.append(payment)
        history.failed |= row.status == _FAILED
        payments[row.id.hex] = (history, payment)
    return payments


def _events(
    connection: Connection, tenant: Tenant, found: dict[str, History], keys: Sequence[str]
) -> list[Any]:
    """Read what counts of the events of some orders and payments, by their customers, whose index the stream has."""
    event = schema.event
    owners = {history.order.owner_id for history in found.values()}
    theirs = [event.c.customer_id.in_([uuid_of(one) for one in owners if one is not None])]
    if None in owners:
        theirs.append(event.c.customer_id.is_(None))
    query = select(event, micros(event.c.occurred_at).label("at"))
    rows: list[Any] = []
    for page in pages(keys):
        those = (event.c.tenant_id == tenant.id, or_(*theirs), event.c.aggregate_id.in_(page))
        rows += connection.execute(query.where(*those))
    annulled = {row.value for row in rows if row.type == ANNULLED}
    standing = (row for row in rows if row.type != ANNULLED and row.id not in annulled)
    return sorted(standing, key=attrgetter("id"))


def _take(history: History, payment: Payment | None, event: Any, elsewhere: set[str]) -> None:
    """Let an event count in the history that it is of."""
    origin, _, rest = plain_key(event.source_key).partition(":")
    what = ""
    if origin == "changed":
        _, revision, _, *words = rest.split(":", 4)
        what, rest = (words[0], words[1]) if len(words) == 2 else (":".join(words), "")
        if int(revision) != history.revision:
            history.past.append(history.picture)
            history.revision, history.changed_at = int(revision), event.at
    amount = event.amount_minor or 0
    if event.type == "payment.captured" and payment is not None:
        history.captured += amount
        history.net += amount
        payment.left += amount
    elif event.type in ("payment.refunded", "payment.charged_back") and payment is not None:
        payment.left -= amount
        if origin == "changed" or (origin == "refunded" and rest not in elsewhere):
            history.net -= amount
    elif event.type == "order.line":
        _add(history, event, 1)
    elif what == "less":
        _add(history, event, -1)
    elif event.type == "order.returned":
        if origin == "line":  # a return that a row of its own told
            elsewhere.add(rest)
        else:
            history.back += amount
            history.returned.add(rest)
    elif event.type == "order.paid":
        history.paid = True
    elif event.type in ("order.completed", "order.cancelled"):
        history.status = event.type.partition(".")[2]


def _add(history: History, event: Any, sign: int) -> None:
    names = {product: name for name, product in history.ids.items()}
    name = names.get(event.product_id)
    units, amount = history.products.get(name, (0, 0))
    history.products[name] = (
        units + sign * (event.quantity or 0),
        amount + sign * (event.amount_minor or 0),
    )
