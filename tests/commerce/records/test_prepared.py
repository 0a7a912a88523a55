"""A prepared statement is what SQLAlchemy would do, but for the time it takes."""

import uuid
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, bindparam, event, func, insert, select
from sqlalchemy.exc import IntegrityError, OperationalError
from tests.commerce.shop import make_shop

from commerce.orders import cart
from commerce.orders.checkout import checkout
from commerce.records import schema
from commerce.records.database import reading, writing
from commerce.records.prepared import Prepared

_orders, _line, _product = schema.orders, schema.order_line, schema.product
PLACED = select(
    _orders.c.id, _orders.c.placed_at, _orders.c.latitude, _line.c.unit_price, _line.c.promotion_id
).join(_line, _line.c.order_id == _orders.c.id)


def test_rows_come_in_the_types_of_their_columns(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    buyer, mug = shop.buyer(5000), shop.variant(999)
    with shop.work(buyer) as work:
        cart.add(work, mug)
        order = checkout(work, "wallet")
    with reading(any_engine) as connection:
        plain = connection.execute(PLACED).one()
        (row,) = Prepared(PLACED)(connection, {})
    placed = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert tuple(row) == tuple(plain) == (order, placed, 52.5, Decimal("9.99"), None)
    assert row.unit_price == Decimal("9.99")


def test_lists_may_be_of_any_length(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    products = [shop.product(shop.variant()) for _ in range(3)]
    some = Prepared(
        select(_product.c.id).where(
            _product.c.tenant_id == bindparam("tenant"),
            _product.c.id.in_(bindparam("products", expanding=True)),
        )
    )
    with reading(any_engine) as connection:
        for count in (0, 1, 3, 2):
            known = {"tenant": shop.tenant.id, "products": products[:count]}
            assert {row.id for row in some(connection, known)} == set(products[:count])


@pytest.mark.parametrize("listens", [False, True])
def test_what_the_driver_refuses_is_refused_as_by_sqlalchemy(
    any_engine: Engine, listens: bool
) -> None:
    shop = make_shop(any_engine)
    row = {"tenant_id": shop.tenant.id, "id": uuid.uuid4(), "number": 1, "name": "Mug"}
    columns: dict[str, Any] = {name: bindparam(name) for name in row}
    make = Prepared(insert(_product).values(columns))
    seen: list[str] = []

    def note(_: Any, __: Any, text: str, *more: Any) -> None:
        seen.append(text)

    if listens:
        event.listen(any_engine, "before_cursor_execute", note)
    with writing(any_engine) as connection:
        assert make.change(connection, row) == 1
    with pytest.raises(IntegrityError), writing(any_engine) as connection:
        make.change(connection, row | {"id": uuid.uuid4(), "number": 2}, row)
    assert sum("INSERT INTO product" in each for each in seen) == (2 if listens else 0)
    assert shop.rows()["product"] == 1


@pytest.mark.parametrize("listens", [False, True])
def test_a_connection_that_was_lost_is_not_used_again(
    postgres_engine: Engine, listens: bool
) -> None:
    if listens:
        event.listen(postgres_engine, "before_cursor_execute", lambda *_: None)
    ask = Prepared(select(func.pg_terminate_backend(func.pg_backend_pid()).label("gone")))
    with pytest.raises(OperationalError) as refused, reading(postgres_engine) as connection:
        ask(connection, {})
    assert refused.value.connection_invalidated
    with reading(postgres_engine) as connection:
        assert Prepared(select(func.now()))(connection, {})
