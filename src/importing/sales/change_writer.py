"""Writing changes of orders that the records hold: their events, at the instant of the import, and what follows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import count
from typing import Any

from sqlalchemy import bindparam, update

from commerce.records import schema
from commerce.records.states import ORDER
from importing.engine.identity import uuid_of
from importing.engine.known import known_ids
from importing.engine.session import ImportSession
from importing.sales.changes import Change, Part
from importing.sales.order_history import change_source


def write_changes(session: ImportSession, changes: Sequence[Change]) -> None:
    """Write what became of some orders, each told once: by its order, and the how-manyth change of it this is."""
    names = {part.product for change in changes for part in change.more if part.product is not None}
    products = known_ids(session.connection, session.tenant, schema.product, sorted(names))
    grown, taken = [], []
    for change in changes:
        writing = _Writing(session, change, products)
        writing.write()
        order = uuid_of(change.history.order.order_id)
        if change.more:
            grown.append({"order": order, "more": sum(part.amount for part in change.more)})
        for position, units in writing.taken.items():
            taken.append({"order": order, "place": position, "more": units})
    orders, lines = schema.orders, schema.order_line
    larger = update(orders).values(total_minor=orders.c.total_minor + bindparam("more"))
    fewer = update(lines).values(returned_quantity=lines.c.returned_quantity + bindparam("more"))
    mine, place = session.tenant.id, lines.c.position == bindparam("place")
    for statement, rows in (
        (larger.where(orders.c.tenant_id == mine, orders.c.id == bindparam("order")), grown),
        (
            fewer.where(lines.c.tenant_id == mine, lines.c.order_id == bindparam("order"), place),
            taken,
        ),
    ):
        if rows:
            session.connection.execute(statement, rows)


class _Writing:
    """Writes one change.

    Attributes
    ----------
    taken : Counter
        By position of the recorded lines: units that the customer has no longer.
    """

    def __init__(self, session: ImportSession, change: Change, products: dict[str, Any]) -> None:
        self._session = session
        self._change = change
        self._history = change.history
        self._ids: dict[str | None, Any] = dict(change.history.ids)
        self._ids.update(products.items())
        self._places = count()
        self.taken: Counter[int] = Counter()
        self._at = session.arrival(change.told_at)
        self._order = uuid_of(change.history.order.order_id)
        self._source = change_source(change.history.order.order_id, change.history.revision + 1, 0)
        self._payment = session.id_of("payment", self._source)

    def write(self) -> None:
        change = self._change
        self._add_lines(self._take_back())
        if change.captured is not None:
            self._keep_payment("succeeded", change.captured)
            self._tell(
                "payment.captured", change.captured, payment=self._payment, method=change.method
            )
        if change.paid is not None:
            self._tell("order.paid", change.paid, method=change.method)
        if change.failed is not None:
            self._keep_payment("requires_payment_method", change.failed)
            self._tell("payment.failed", change.failed, payment=self._payment, method=change.method)
        for part in change.less:
            kind = "order.returned" if change.is_return and part.quantity else "order.reduced"
            self._tell_part(kind, part, "less")
        for stamp, part in change.back:
            self._tell_part("order.returned", part, f"back:{stamp}")
        for payment, amount in change.refunds:
            number = self._payment if payment is None else payment.id
            method = change.method if payment is None else payment.method
            self._tell("payment.refunded", amount, payment=number, method=method)
        if change.status is not None:
            worth = sum(amount for _, amount in self._history.products.values())
            place = self._tell(f"order.{change.status}", worth)
            self._session.move(ORDER, self._order, place)

    def _tell(
        self, kind: str, amount: int, what: str = "", *, payment: Any = None, **more: Any
    ) -> int:
        history = self._history
        source = change_source(
            history.order.order_id, history.revision + 1, next(self._places), what
        )
        event = self._session.event(
            kind,
            self._at,
            source,
            amount,
            customer_id=uuid_of(history.order.owner_id),
            aggregate_type="order" if payment is None else "payment",
            aggregate_id=(self._order if payment is None else payment).hex,
            **more,
        )
        return self._session.emit(event, payment)

    def _tell_part(self, kind: str, part: Part, what: str = "") -> None:
        self._tell(
            kind, part.amount, what, product_id=self._ids[part.product], quantity=part.quantity
        )

    def _take_back(self) -> list[int]:
        """Take the units that are less or back from the latest lines that have them; give what new lines lose."""
        change, known = self._change, len(self._history.rows)
        rows = [(row.product, row.left) for row in self._history.rows]
        rows += [(part.product, part.quantity) for part in change.more]
        lost = [0] * len(rows)
        for part in [*change.less, *(part for _, part in change.back)]:
            units = part.quantity
            for place, (product, left) in reversed([*enumerate(rows)]):
                if product == part.product:
                    taken = min(units, left - lost[place])
                    lost[place] += taken
                    units -= taken
        for row, taken in zip(self._history.rows, lost[:known], strict=True):
            if taken:
                self.taken[row.position] = taken
        return lost[known:]

    def _add_lines(self, lost: Sequence[int]) -> None:
        first = max((row.position for row in self._history.rows), default=0) + 1
        for place, part in enumerate(self._change.more):
            self._session.keep(
                "order_line",
                order_id=self._order,
                position=first + place,
                product_id=self._ids[part.product],
                quantity=part.quantity,
                returned_quantity=lost[place],
                unit_price=part.price,
                amount_minor=part.amount,
            )
            self._tell_part("order.line", part)

    def _keep_payment(self, status: str, amount: int) -> None:
        self._session.keep(
            "payment",
            id=self._payment,
            order_id=self._order,
            customer_id=uuid_of(self._history.order.owner_id),
            method=self._change.method,
            status=status,
            amount_minor=amount,
            currency=self._session.tenant.currency,
            created_at=self._at,
        )
