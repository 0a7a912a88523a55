"""What customers bought, product by product: what recommendations learn from and go by.

A purchase is a product of an order that stands: more units of it were bought than came back or were called off, and the
order was not cancelled. All of it counts as it was known at an instant. `purchases_known` reads a snapshot, and
`purchases_of` the rows of one customer, to the same.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from commerce.records.instants import DAY
from commerce.records.stream import ANNULLED, FEATURE_COLUMNS, customer_rows
from commerce.records.stream.backfills import last_backfill
from commerce.records.stream.reading import FeatureRow

if TYPE_CHECKING:  # it brings Arrow, which a server never loads
    from features.snapshots.snapshot import Snapshot

LINE, CANCELLED = "order.line", "order.cancelled"
TAKEN_BACK = ("order.returned", "order.reduced")
"""Events that take units of a product out of an order again."""

Purchase = tuple[str, int]
"""The product bought (32 hex digits), and how many whole days before the instant that is asked about."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Purchases:
    """Everything that customers bought, as it was known at an instant; a row a purchase, the oldest first.

    Parameters
    ----------
    customers, products : tuple of str
        Who bought and what was bought, 32 hex digits each, in order.
    customer, product : int array of shape (n_purchases,)
        Places in `customers` and `products`.
    occurred : int array of shape (n_purchases,)
        When, in epoch microseconds.
    before : int
        The instant, in epoch microseconds.
    """

    customers: tuple[str, ...]
    products: tuple[str, ...]
    customer: NDArray[np.int64]
    product: NDArray[np.int64]
    occurred: NDArray[np.int64]
    before: int

    @property
    def days_ago(self) -> NDArray[np.int64]:
        """Whole days from each purchase to the instant."""
        return (self.before - self.occurred) // DAY


def purchases_known(snapshot: Snapshot, before: int) -> Purchases:
    """Read what was bought, as it was known before an instant.

    Parameters
    ----------
    snapshot : Snapshot
    before : int
        Epoch microseconds.

    Returns
    -------
    Purchases
        Of customers on record; sales to nobody in particular teach nothing about anybody.
    """
    from features.evaluating.database import open_database, show_files

    with open_database() as database:
        show_files(database, "snapshot", snapshot.files)
        found = database.execute(_PURCHASES, {"before": before}).fetchnumpy()
    customers, customer = _numbered(map(str, found["customer_id"]))
    products, product = _numbered(map(str, found["product_id"]))
    return Purchases(
        customers=customers,
        products=products,
        customer=customer,
        product=product,
        occurred=np.asarray(found["occurred"], dtype=np.int64),
        before=before,
    )


def purchases_of(rows: Iterable[FeatureRow], before: int) -> list[Purchase]:
    """Work out what a customer bought from the rows of that customer.

    Parameters
    ----------
    rows : iterable of tuple
        As `commerce.records.stream.customer_rows` gives them: what was known before the instant.
    before : int
        Epoch microseconds.

    Returns
    -------
    list of tuple of str and int
        The oldest purchase first.

    Examples
    --------
    >>> def row(number, type, product, order, day, units):
    ...     values = {"id": number, "type": type, "product_id": product, "aggregate_id": order}
    ...     values |= {"occurred_at": day * DAY, "quantity": units}
    ...     return tuple(values.get(name) for name in FEATURE_COLUMNS)
    >>> tea = row(1, "order.line", "tea", "first", 1, 2)
    >>> cup = row(2, "order.line", "cup", "first", 1, 1)
    >>> back = row(3, "order.returned", "cup", "first", 4, 1)
    >>> purchases_of([tea, cup], 3 * DAY), purchases_of([tea, cup, back], 5 * DAY)
    ([('cup', 2), ('tea', 2)], [('tea', 4)])
    """
    listed = [row for row in rows if row[_TYPE] in _READ]
    annulled = {row[_VALUE] for row in listed if row[_TYPE] == ANNULLED}
    units: dict[tuple[str, str], int] = defaultdict(int)
    first: dict[tuple[str, str], int] = {}
    cancelled: set[str] = set()
    for row in listed:
        kind, product, order = row[_TYPE], row[_PRODUCT], row[_ORDER]
        if kind == ANNULLED or row[_ID] in annulled:
            continue
        if kind == CANCELLED:
            cancelled.add(order)
        elif product is not None:
            key, quantity = (order, product), row[_QUANTITY] or 0
            units[key] += quantity if kind == LINE else -quantity
            if kind == LINE:
                first[key] = min(first.get(key, row[_OCCURRED]), row[_OCCURRED])
    bought = [
        (occurred, key[1])
        for key, occurred in first.items()
        if units[key] > 0 and key[0] not in cancelled
    ]
    return [(product, (before - occurred) // DAY) for occurred, product in sorted(bought)]


def online_purchases(
    connection: Connection, tenant_id: int, customer_id: uuid.UUID, before: int
) -> list[Purchase]:
    """Read what a customer bought from the record store, as it was known before an instant.

    Parameters
    ----------
    connection : Connection
    tenant_id : int
    customer_id : UUID
    before : int
        Epoch microseconds.

    Returns
    -------
    list of tuple of str and int
        As `purchases_of`.
    """
    backfills = last_backfill(connection, tenant_id)
    rows = customer_rows(connection, tenant_id, customer_id, before, backfills=backfills)
    return purchases_of(rows, before)


def _numbered(given: Iterable[str]) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Give the names that occur, in order, and for each its place among them."""
    names = list(given)
    known = sorted(set(names))
    places = {name: place for place, name in enumerate(known)}
    return tuple(known), np.array([places[name] for name in names], dtype=np.int64)


_READ = frozenset((LINE, CANCELLED, *TAKEN_BACK, ANNULLED))
_ID, _TYPE, _PRODUCT, _ORDER, _OCCURRED, _QUANTITY, _VALUE = map(
    FEATURE_COLUMNS.index,
    ("id", "type", "product_id", "aggregate_id", "occurred_at", "quantity", "value"),
)

_PURCHASES = """
WITH told AS (
    SELECT id, type, customer_id, product_id, aggregate_id, occurred_at, quantity, value FROM snapshot
    WHERE customer_id IS NOT NULL AND recorded_at < $before AND occurred_at < $before
        AND type IN ('order.line', 'order.cancelled', 'order.returned', 'order.reduced', 'event.annulled')
),
standing AS (
    SELECT * FROM told WHERE type <> 'event.annulled'
        AND id NOT IN (SELECT value FROM told WHERE type = 'event.annulled' AND value IS NOT NULL)
),
cancelled AS (SELECT DISTINCT customer_id, aggregate_id FROM standing WHERE type = 'order.cancelled')
SELECT customer_id, product_id, min(occurred_at) FILTER (type = 'order.line') AS occurred
FROM standing ANTI JOIN cancelled USING (customer_id, aggregate_id)
WHERE product_id IS NOT NULL AND type <> 'order.cancelled'
GROUP BY customer_id, aggregate_id, product_id
HAVING sum(CASE WHEN type = 'order.line' THEN quantity ELSE -quantity END) > 0
ORDER BY occurred, customer_id, product_id
"""
"""What `purchases_of` works out, of all customers."""
