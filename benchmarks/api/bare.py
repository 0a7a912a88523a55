"""The routes that are measured, as one writes them by hand: FastAPI and SQLAlchemy Core over the same tables.

    python -m benchmarks.api.bare PORT

Each reads the access token that the API signed and looks its login up, reads the same rows and answers the same: the
benchmark does not begin where an answer differs. There is nothing else here: no roles beyond whose rows are shown, no
limits, no log, no tags, no headers, no keys that make a request count once.
"""

from __future__ import annotations

import os
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

import jwt
import uvicorn
from fastapi import Depends, FastAPI, Header, HTTPException, Query, Request
from pydantic import BaseModel
from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)

from commerce.records import schema
from commerce.records.database import connect
from serving.schema import login

ENGINE = connect(os.environ["DATABASE_URL"])
TURN = threading.Lock()
"""Who writes waits here: SQLite's own waiting sleeps."""
KEY = bytes.fromhex(os.environ["BARE_KEY"])
Row = TypeVar("Row")

orders, line, delivery = schema.orders, schema.order_line, schema.delivery
customer, payment, users = schema.customer, schema.payment, schema.users
product, variant, account = schema.product, schema.variant, schema.account
event, notification, promotion = schema.event, schema.notification, schema.promotion

ON_ITS_WAY = {"processing", "shipped", "delivered"}
"""States of a delivery that are told as the status of a placed order."""


class Line(BaseModel):
    """A line of an order."""

    position: int
    product_id: UUID | None
    variant_id: UUID | None
    seller_id: UUID | None
    quantity: int
    returned_quantity: int
    unit_price: Decimal | None
    discount: str
    tax: str
    amount: str


class Order(BaseModel):
    """An order with its lines."""

    id: UUID
    number: int
    external_id: str | None
    customer: UUID | None
    status: str
    delivery: str | None
    method: str | None
    placed_at: datetime | None
    currency: str
    discount: str
    tax: str
    amount: str
    items: list[Line]


class Customer(BaseModel):
    """A customer."""

    id: UUID
    number: int
    external_id: str | None
    full_name: str | None
    email: str | None
    phone: str | None
    country: str | None
    latitude: float | None
    longitude: float | None
    address: str | None
    created_at: datetime
    erased_at: datetime | None


class Variant(BaseModel):
    """What is sold of a product."""

    id: UUID
    sku: str
    price: str | None
    sale_price: str | None
    currency: str | None
    available: int
    low_stock_at: int


class Product(BaseModel):
    """A product with what is sold of it."""

    id: UUID
    number: int
    external_id: str | None
    name: str
    description: str | None
    status: str
    category_id: UUID | None
    brand_id: UUID | None
    seller_id: UUID | None
    avg_rating: float | None
    ratings_count: int
    variants: list[Variant]


class Payment(BaseModel):
    """A payment with what came of it."""

    id: UUID
    order: UUID | None
    customer: UUID | None
    method: str | None
    provider: str | None
    status: str
    success: bool
    amount: str
    currency: str
    captured: str
    refunded: str
    pending_refunds: str
    charged_back: str
    disputed: str
    created_at: datetime


class Wallet(BaseModel):
    """A wallet."""

    balance: str
    held_balance: str
    currency: str


class Notification(BaseModel):
    """Something that somebody was told."""

    id: UUID
    kind: str
    subject_type: str | None
    subject_id: str | None
    content: dict[str, Any]
    created_at: datetime
    read_at: datetime | None


class Page(BaseModel, Generic[Row]):
    """A part of a list."""

    count: int
    next: str | None
    previous: str | None
    results: list[Row]


@dataclass(frozen=True)
class Claims:
    """What a token says."""

    tenant: int
    user: UUID
    login: UUID


async def claims(authorization: Annotated[str, Header()]) -> Claims:
    """Read the token."""
    scheme, _, token = authorization.partition(" ")
    try:
        if scheme.lower() != "bearer":
            raise ValueError(scheme)
        said = jwt.decode(
            token, KEY, algorithms=["HS256"], audience="bellwether-api", issuer="bellwether"
        )
        return Claims(int(said["tid"]), UUID(said["sub"]), UUID(said["sid"]))
    except (jwt.InvalidTokenError, ValueError, KeyError) as error:
        raise HTTPException(401) from error


Asked = Annotated[Claims, Depends(claims)]


@contextmanager
def opened(asked: Claims, *, writes: bool = False) -> Iterator[tuple[Connection, Any]]:
    """Open a transaction; give it, and who is logged in."""
    with TURN if writes else nullcontext(), ENGINE.connect() as plain:
        connection = plain.execution_options(writes=writes)
        with connection.begin():
            query = (
                select(users.c.role, users.c.customer_id, users.c.id, login.c.expires_at)
                .join_from(
                    login,
                    users,
                    and_(users.c.tenant_id == login.c.tenant_id, users.c.id == login.c.user_id),
                )
                .where(
                    login.c.tenant_id == asked.tenant,
                    login.c.id == asked.login,
                    login.c.revoked_at.is_(None),
                    users.c.active,
                )
            )
            who = connection.execute(query).first()
            if who is None or who.expires_at <= datetime.now(UTC):
                raise HTTPException(401)
            yield connection, who


def money(minor: int) -> str:
    """Write an amount in EUR."""
    return f"{Decimal(minor).scaleb(-2):f}"


@dataclass(frozen=True)
class Part:
    """Which part of a list."""

    request: Request
    page: Annotated[int, Query(ge=1)] = 1
    page_size: Annotated[int, Query(ge=1, le=100)] = 20

    def of(self, total: int, rows: list[Row]) -> Page[Row]:
        """Make the page."""
        last = max(1, -(-total // self.page_size))
        return Page(
            count=total,
            next=self._at(self.page + 1) if self.page < last else None,
            previous=self._at(self.page - 1) if 1 < self.page <= last + 1 else None,
            results=rows,
        )

    def _at(self, page: int) -> str:
        return str(self.request.url.include_query_params(page=page, page_size=self.page_size))


Wanted = Annotated[Part, Depends()]
app = FastAPI(openapi_url=None)


def counted(connection: Connection, table: Table, *where: ColumnElement[bool]) -> int:
    """Count rows."""
    return connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one()


def told_orders(connection: Connection, tenant: int, rows: Sequence[Any]) -> list[Order]:
    """Read the lines and deliveries of orders, by two statements."""
    ids = [row.id for row in rows]
    lines: dict[UUID, list[Line]] = defaultdict(list)
    for each in connection.execute(
        select(line)
        .where(line.c.tenant_id == tenant, line.c.order_id.in_(ids))
        .order_by(line.c.order_id, line.c.position)
    ):
        lines[each.order_id].append(
            Line(
                position=each.position,
                product_id=each.product_id,
                variant_id=each.variant_id,
                seller_id=each.seller_id,
                quantity=each.quantity,
                returned_quantity=each.returned_quantity,
                unit_price=each.unit_price,
                discount=money(each.discount_minor),
                tax=money(each.tax_minor),
                amount=money(each.amount_minor),
            )
        )
    states: dict[UUID, str] = {}
    for each in connection.execute(
        select(delivery.c.order_id, delivery.c.status)
        .where(delivery.c.tenant_id == tenant, delivery.c.order_id.in_(ids))
        .order_by(delivery.c.promised_at, delivery.c.id)
    ):
        states.setdefault(each.order_id, each.status)
    return [
        Order(
            id=row.id,
            number=row.number,
            external_id=row.external_id,
            customer=row.customer_id,
            status=(
                states[row.id]
                if row.status == "placed" and states.get(row.id) in ON_ITS_WAY
                else row.status
            ),
            delivery=states.get(row.id),
            method=row.method,
            placed_at=row.placed_at,
            currency=row.currency,
            discount=money(row.discount_minor),
            tax=money(row.tax_minor),
            amount=money(row.total_minor),
            items=lines[row.id],
        )
        for row in rows
    ]


@app.get("/api/orders")
def list_orders(asked: Asked, part: Wanted, status: str | None = None) -> Page[Order]:
    """The newest first."""
    with opened(asked) as (connection, who):
        where = [orders.c.tenant_id == asked.tenant]
        if who.role == "user":
            where.append(orders.c.customer_id == who.customer_id)
        if status is not None:
            where.append(orders.c.status == status)
        query = select(orders).where(*where).order_by(orders.c.number.desc())
        rows = connection.execute(
            query.limit(part.page_size).offset((part.page - 1) * part.page_size)
        ).all()
        total = counted(connection, orders, *where)
        return part.of(total, told_orders(connection, asked.tenant, rows))


@app.get("/api/orders/{order_id}")
def read_order(asked: Asked, order_id: UUID) -> Order:
    """By its id."""
    with opened(asked) as (connection, who):
        query = select(orders).where(orders.c.tenant_id == asked.tenant, orders.c.id == order_id)
        row = connection.execute(query).first()
        if row is None or (who.role == "user" and row.customer_id != who.customer_id):
            raise HTTPException(404)
        return told_orders(connection, asked.tenant, [row])[0]


@app.get("/api/customers")
def list_customers(asked: Asked, part: Wanted) -> Page[Customer]:
    """By number."""
    with opened(asked) as (connection, who):
        where = [customer.c.tenant_id == asked.tenant]
        if who.role == "user":
            where.append(customer.c.id == who.customer_id)
        query = select(customer).where(*where).order_by(customer.c.number)
        rows = connection.execute(
            query.limit(part.page_size).offset((part.page - 1) * part.page_size)
        )
        told = [Customer.model_validate(row._mapping) for row in rows]
        return part.of(counted(connection, customer, *where), told)


@app.get("/api/customers/{customer_id}")
def read_customer(asked: Asked, customer_id: UUID) -> Customer:
    """By its id."""
    with opened(asked) as (connection, who):
        query = select(customer).where(
            customer.c.tenant_id == asked.tenant, customer.c.id == customer_id
        )
        row = connection.execute(query).first()
        if row is None or (who.role == "user" and row.id != who.customer_id):
            raise HTTPException(404)
        return Customer.model_validate(row._mapping)


@app.get("/api/products")
def list_products(asked: Asked, part: Wanted, search: str | None = None) -> Page[Product]:
    """By number, with what is sold of each."""
    with opened(asked) as (connection, who):
        where = [product.c.tenant_id == asked.tenant]
        if who.role == "user":
            where.append(product.c.status == "approved")
        if search is not None:
            found = product.c.name.icontains(search), product.c.description.icontains(search)
            where.append(or_(*found))
        query = select(product).where(*where).order_by(product.c.number)
        rows = connection.execute(
            query.limit(part.page_size).offset((part.page - 1) * part.page_size)
        ).all()
        now = datetime.now(UTC)
        offers = connection.execute(
            select(promotion).where(
                promotion.c.tenant_id == asked.tenant,
                or_(promotion.c.starts_at.is_(None), promotion.c.starts_at <= now),
                or_(promotion.c.ends_at.is_(None), promotion.c.ends_at > now),
            )
        ).all()
        assert not offers, "what a promotion takes off is not written here"
        stock = and_(
            account.c.tenant_id == variant.c.tenant_id,
            account.c.asset == literal("SKU:").concat(cast(variant.c.id, Text)),
            account.c.kind == "on_hand",
            account.c.key == "",
        )
        sold: dict[UUID, list[Variant]] = defaultdict(list)
        for each in connection.execute(
            select(variant, func.coalesce(account.c.balance, 0).label("available"))
            .select_from(variant.outerjoin(account, stock))
            .where(
                variant.c.tenant_id == asked.tenant,
                variant.c.product_id.in_([row.id for row in rows]),
            )
            .order_by(variant.c.product_id, variant.c.sku)
        ):
            price = None if each.price_minor is None else money(each.price_minor)
            sold[each.product_id].append(
                Variant(
                    id=each.id,
                    sku=each.sku,
                    price=price,
                    sale_price=price,
                    currency=each.currency,
                    available=each.available,
                    low_stock_at=each.low_stock_at,
                )
            )
        told = [
            Product(
                **row._mapping,
                avg_rating=round(row.ratings_sum / row.ratings_count, 2)
                if row.ratings_count
                else None,
                variants=sold[row.id],
            )
            for row in rows
        ]
        return part.of(counted(connection, product, *where), told)


@app.get("/api/payments")
def list_payments(asked: Asked, part: Wanted) -> Page[Payment]:
    """The newest first, with what came of each."""
    made, disputed = schema.payment_event, schema.dispute
    with opened(asked) as (connection, who):
        where = [payment.c.tenant_id == asked.tenant]
        if who.role == "user":
            where.append(payment.c.customer_id == who.customer_id)
        query = select(payment).where(*where).order_by(payment.c.created_at.desc(), payment.c.id)
        rows = connection.execute(
            query.limit(part.page_size).offset((part.page - 1) * part.page_size)
        ).all()
        ids = [row.id for row in rows]
        sums: dict[UUID, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for each in connection.execute(
            select(made.c.payment_id, made.c.type, func.sum(made.c.amount_minor).label("sum"))
            .where(made.c.tenant_id == asked.tenant, made.c.payment_id.in_(ids))
            .group_by(made.c.payment_id, made.c.type)
        ):
            sums[each.payment_id][each.type] += each.sum
        for open_one in connection.execute(
            select(disputed.c.payment_id, func.sum(disputed.c.amount_minor).label("sum"))
            .where(
                disputed.c.tenant_id == asked.tenant,
                disputed.c.payment_id.in_(ids),
                disputed.c.status == "open",
            )
            .group_by(disputed.c.payment_id)
        ):
            sums[open_one.payment_id]["disputed"] += open_one.sum
        told = []
        for row in rows:
            came = sums[row.id]
            captured = came["payment.captured"] + came["wallet.topped_up"]
            asked_back = came["payment.refund_requested"]
            settled = came["payment.refunded"] + came["payment.refund_failed"]
            told.append(
                Payment(
                    id=row.id,
                    order=row.order_id,
                    customer=row.customer_id,
                    method=row.method,
                    provider=row.provider,
                    status=row.status,
                    success=captured > 0,
                    amount=money(row.amount_minor),
                    currency=row.currency,
                    captured=money(captured),
                    refunded=money(came["payment.refunded"]),
                    pending_refunds=money(max(0, asked_back - settled)),
                    charged_back=money(came["payment.charged_back"]),
                    disputed=money(came["disputed"]),
                    created_at=row.created_at,
                )
            )
        return part.of(counted(connection, payment, *where), told)


@app.get("/api/wallet")
def read_wallet(asked: Asked) -> Wallet:
    """One's own."""
    with opened(asked) as (connection, who):
        held = case(
            (event.c.type == "wallet.held", event.c.amount_minor), else_=-event.c.amount_minor
        )
        aside = connection.execute(
            select(func.coalesce(func.sum(held), 0)).where(
                event.c.tenant_id == asked.tenant,
                event.c.customer_id == who.customer_id,
                event.c.type.in_(["wallet.held", "wallet.released", "wallet.spent"]),
            )
        ).scalar_one()
        balance = connection.execute(
            select(account.c.balance).where(
                account.c.tenant_id == asked.tenant,
                account.c.asset == "EUR",
                account.c.kind == "wallet",
                account.c.key == who.customer_id.hex,
            )
        ).scalar()
        return Wallet(balance=money(balance or 0), held_balance=money(aside), currency="EUR")


@app.get("/api/notifications")
def list_notifications(asked: Asked, part: Wanted) -> Page[Notification]:
    """The latest first."""
    with opened(asked) as (connection, who):
        where = [
            notification.c.tenant_id == asked.tenant,
            notification.c.recipient_id.in_([who.id, who.customer_id]),
        ]
        query = (
            select(notification)
            .where(*where)
            .order_by(notification.c.created_at.desc(), notification.c.event_id.desc())
        )
        rows = connection.execute(
            query.limit(part.page_size).offset((part.page - 1) * part.page_size)
        )
        told = [Notification.model_validate(row._mapping) for row in rows]
        return part.of(counted(connection, notification, *where), told)


if __name__ == "__main__":
    from benchmarks.api import bare_checkout

    bare_checkout.add_routes(app)
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
