"""The records of a simulated shop: one class per table, its fields named as the columns.

Ids are 32 hexadecimal digits, instants microseconds since 1970 UTC, amounts minor units. A field that is no
column is the simulation's own and never written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any, NamedTuple

from commerce.records import schema

Row = tuple[Any, ...]


@dataclass(slots=True)
class Category:
    """A place in the assortment."""

    id: str
    parent_id: str | None
    name: str


@dataclass(slots=True, kw_only=True)
class Seller:
    """Somebody who sells through the shop, and may be one of its customers; nobody can log in.

    ``slowness`` are log-odds added to every late parcel.
    """

    id: str
    username: str
    customer_id: str | None
    created_at: int
    slowness: float
    role: str = "seller"
    password_hash: str = "!"  # noqa: S105 - no hash is written so
    active: bool = True


@dataclass(slots=True, kw_only=True)
class Product:
    """Something for sale, with what its buyers think of it.

    ``sent_back`` are log-odds added to the chance that it comes back.
    """

    id: str
    external_id: str
    name: str
    category_id: str
    seller: Seller
    seller_id: str
    category: str
    sent_back: float
    ratings_count: int = 0
    ratings_sum: int = 0


@dataclass(slots=True, kw_only=True)
class Variant:
    """One thing that can be put into a basket."""

    id: str
    product_id: str
    sku: str
    price_minor: int
    currency: str
    product: Product


@dataclass(slots=True, kw_only=True)
class Customer:
    """Who buys."""

    id: str
    external_id: str
    country: str
    created_at: int


@dataclass(slots=True)
class Line:
    """One line of an order."""

    order_id: str
    position: int
    variant: Variant
    product_id: str
    variant_id: str
    seller_id: str
    quantity: int
    unit_price: str
    amount_minor: int
    returned_quantity: int = 0


@dataclass(slots=True, kw_only=True)
class Order:
    """An order and where it stands."""

    id: str
    external_id: str
    customer_id: str
    total_minor: int
    currency: str
    placed_at: int
    lines: list[Line]
    status: str = "placed"


@dataclass(slots=True, kw_only=True)
class Payment:
    """One way in which an order is, or was to be, paid; or money on its way into a wallet."""

    id: str
    order_id: str | None
    customer_id: str
    method: str
    amount_minor: int
    currency: str
    created_at: int
    status: str = "requires_payment_method"


@dataclass(slots=True, kw_only=True)
class Invoice:
    """A bill to be paid later."""

    id: str
    external_id: str
    order_id: str
    customer_id: str
    amount_minor: int
    currency: str
    issued_at: int
    due_at: int


@dataclass(slots=True, kw_only=True)
class Delivery:
    """A parcel and where it stands."""

    id: str
    order_id: str
    promised_at: int
    status: str = "available"
    delivered_at: int | None = None


@dataclass(slots=True, kw_only=True)
class Return:
    """Units of one line on their way back."""

    id: str
    order_id: str
    position: int
    quantity: int
    reason: str
    requested_at: int
    status: str = "requested"
    condition: str | None = None
    refund_minor: int | None = None


@dataclass(slots=True, kw_only=True)
class Review:
    """What a buyer thinks of a product."""

    id: str
    product_id: str
    order_id: str
    customer_id: str
    stars: int
    posted_at: int
    status: str = "posted"


@dataclass(slots=True, kw_only=True)
class Dispute:
    """A payment whose payer has turned to the bank."""

    id: str
    payment_id: str
    customer_id: str
    amount_minor: int
    currency: str
    reason: str
    opened_at: int
    status: str = "open"


@dataclass(slots=True, kw_only=True)
class Auction:
    """Something that is sold to who bids most."""

    id: str
    external_id: str
    product_id: str
    variant_id: str
    seller_id: str
    currency: str
    opening_minor: int
    reserve_minor: int | None
    starts_at: int
    ends_at: int
    status: str = "draft"
    order_id: str | None = None


class Layout(NamedTuple):
    """How a class of records is written."""

    table: str
    columns: tuple[str, ...]
    row: Callable[[Any], Row]


def _layout(record: type[Any], table: str) -> Layout:
    kept = schema.metadata.tables[table].c
    columns = tuple(field.name for field in fields(record) if field.name in kept)
    return Layout(table, columns, attrgetter(*columns))


LAYOUTS: Mapping[type[Any], Layout] = {
    record: _layout(record, table)
    for record, table in (
        (Customer, "customer"),
        (Category, "category"),
        (Seller, "users"),
        (Product, "product"),
        (Variant, "variant"),
        (Order, "orders"),
        (Line, "order_line"),
        (Payment, "payment"),
        (Invoice, "invoice"),
        (Delivery, "delivery"),
        (Return, "return_request"),
        (Review, "review"),
        (Dispute, "dispute"),
        (Auction, "auction"),
    )
}
"""How each class is written, in the order in which records refer to each other."""
