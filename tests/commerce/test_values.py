"""What no record can hold is refused by every public function with a sentence, and by the database in the end."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest
from sqlalchemy import Connection, Engine, Integer, Text, select, text, update
from sqlalchemy.exc import DBAPIError
from tests.commerce.doors import Function, arguments, doors
from tests.commerce.shop import ADMIN, NOW, Shop, make_shop

from commerce import shops, stock, wallet
from commerce.catalogue import products, promotions, search
from commerce.catalogue.products import NewVariant
from commerce.orders import cart
from commerce.orders.checkout import checkout, place
from commerce.orders.lines import OrderedLine
from commerce.people import credentials, customers, passwords
from commerce.records import ledger, schema
from commerce.records.actors import SYSTEM
from commerce.records.database import reading, writing
from commerce.records.doctor import examine
from commerce.records.errors import LARGEST, NotFound, RecordError
from commerce.records.idempotency import once
from commerce.records.identity import find_customer, imported_id
from commerce.records.ledger import WORLD, Account, Transfer
from commerce.records.money import minor_digits
from commerce.records.schema.columns import Whole, Words
from commerce.records.stream import NewEvent, append
from commerce.records.stream.writing import emit
from commerce.records.tenants import create_tenant, find_tenant
from commerce.records.work import Work

NOT_WHOLE = (1.5, 1.0, True, np.int64(1), np.float64(1), Decimal(1), "1", LARGEST + 1, -LARGEST - 1)
UNSTORABLE = ("a\0b", "a\ud800b", "\udfff")
WHOLE = r"must be (a whole number|at (most|least) -?9,007,199,254,740,991); got "
STORABLE = "must be text that can be stored; got "


def ids() -> dict[str, UUID]:
    """Ids of records that never were, by the names that arguments have."""
    named = {
        name
        for function in doors().values()
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.annotation.startswith("UUID")
    }
    return {name: uuid4() for name in {*named, "order_id", "customer_id", "variant_id", "user_id"}}


def taking(kind: str) -> Iterator[tuple[str, Function, str]]:
    """Every door with a parameter of a type, and the parameter."""
    for name, function in doors().items():
        for parameter in inspect.signature(function).parameters.values():
            if parameter.annotation in (kind, f"{kind} | None"):
                yield name, function, parameter.name


def refusal(work: Work, function: Function, given: Mapping[str, Any]) -> str:
    """The sentence with which arguments are refused; any other end of the call, by its type."""
    try:
        function(work, **given)
    except RecordError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 (told apart by the assertion)
        return repr(error)
    return "accepted"


@pytest.mark.parametrize(
    ("kind", "values", "sentence", "least"),
    [("int", NOT_WHOLE, WHOLE, 60), ("str", UNSTORABLE, STORABLE, 60)],
)
def test_every_function_refuses_what_no_record_can_hold(
    engine: Engine, kind: str, values: tuple[object, ...], sentence: str, least: int
) -> None:
    shop, known = make_shop(engine), ids()
    found = list(taking(kind))
    assert len(found) >= least
    with shop.look() as work:
        for name, function, parameter in found:
            for value in values:
                said = refusal(work, function, {**arguments(function, known), parameter: value})
                assert re.search(sentence, said), (name, parameter, value, said)


def test_a_function_that_forgets_to_ask_would_be_seen(engine: Engine) -> None:
    shop = make_shop(engine)
    naive: Function = inspect.unwrap(wallet.held)
    given = {"customer_id": uuid4(), "amount": 1.5, "key": uuid4()}
    with shop.look() as work:
        assert refusal(work, naive, given) == "accepted"


def test_a_secret_that_cannot_be_stored_is_not_shown(engine: Engine) -> None:
    shop = make_shop(engine)
    with pytest.raises(RecordError, match="password must be text") as refused:
        credentials.authenticate(engine, shop.tenant, "ada", "swordfish\ud800", now=NOW)
    assert "swordfish" not in str(refused.value)
    with pytest.raises(RecordError, match="password must be text"):
        passwords.hash_password("swordfish\ud800")


@pytest.mark.parametrize("value", UNSTORABLE)
def test_text_that_cannot_be_stored_is_refused_alike_wherever_it_comes_from(
    any_engine: Engine, value: str
) -> None:
    shop = make_shop(any_engine)
    buyer = shop.buyer().customer_id
    assert buyer is not None
    variant = shop.variant()
    with shop.work(ADMIN) as work:
        calls: list[Function] = [
            lambda: customers.change(work, buyer, {"full_name": value}),
            lambda: products.change(work, shop.product(variant), {"description": value}),
            lambda: products.add_variant(work, shop.product(variant), NewVariant(value, 5)),
            lambda: search.search(work, search.saying(value)),
            lambda: find_customer(work.connection, work.tenant, value),
            lambda: once(work, "tock", value, {}, lambda: 1),
            lambda: once(work, "tock", "key", {}, lambda: {"said": [value]}),
            lambda: imported_id("acme", "customer", value),
            lambda: find_tenant(work.connection, value),
            lambda: credentials.resolve(work.connection, value, now=NOW),
            lambda: append(work.connection, work.tenant, [
                NewEvent("stock.low", 1, 1, "k", reason=value)], ingested_at=1),
        ]  # fmt: skip
        for call in calls:
            with pytest.raises(RecordError, match=STORABLE):
                call()
    for given in ({"name": value}, {"settings": {"ranks": {value: 1}}}):
        with pytest.raises(RecordError, match=STORABLE):
            shops.change_shop(any_engine, SYSTEM, "acme", given, now=NOW)
    with pytest.raises(RecordError, match="must be"), writing(any_engine) as connection:
        create_tenant(
            connection, "tock", zone=value, currency="EUR", clock_mode="wall", now=datetime.now(UTC)
        )


def test_numbers_inside_what_is_given_are_whole_too(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    buyer, variant = shop.buyer(10_000), shop.variant()
    assert buyer.customer_id is not None
    product = shop.product(variant)
    with shop.work(ADMIN) as work:
        for value in NOT_WHOLE:
            event = NewEvent("stock.low", 1, 1, "k", quantity=value)  # type: ignore[arg-type]
            line = OrderedLine(variant, value)  # type: ignore[arg-type]
            given: list[tuple[Function, tuple[object, ...]]] = [
                (products.add_variant, (work, product, NewVariant("TOCK", value))),  # type: ignore[arg-type]
                (products.create, (work, "Tock", [NewVariant("TOCK", 1, value)])),  # type: ignore[arg-type]
                (place, (work, [line], buyer.customer_id, "wallet")),
                (partial(emit, ingested_at=1), (work.connection, work.tenant, [event])),
                (search.search, (work, search.priced(value, None))),  # type: ignore[arg-type]
            ]
            for function, arguments_given in given:
                with pytest.raises(RecordError, match=f"{WHOLE}|must be 0 to|must be 1 to"):
                    function(*arguments_given)
            moved = Transfer("EUR", WORLD, Account("wallet", "ada"), value)  # type: ignore[arg-type]
            with pytest.raises(RecordError, match=WHOLE):
                ledger.post(work.connection, work.tenant, [(1, moved)])


def test_every_text_and_every_amount_of_the_schema_is_of_a_type_that_asks() -> None:
    columns = [column for table in schema.metadata.sorted_tables for column in table.c]
    texts = [str(column) for column in columns if isinstance(column.type, Text)]
    counted = re.compile(r"_minor$|quantity|amount|balance|points|value|stars|ratings|stock")
    numbers = [
        str(column)
        for column in columns
        if isinstance(column.type, Integer) and counted.search(column.name)
    ]
    assert texts + numbers == []


def test_every_column_refuses_it_before_the_driver_does(engine: Engine) -> None:
    columns = [column for table in schema.metadata.sorted_tables for column in table.c]
    with reading(engine) as connection:
        for column in columns:
            if not isinstance(column.type, Whole | Words | schema.Instant):
                continue
            texts = isinstance(column.type, Words)
            for value in UNSTORABLE if texts else (1.5, True, np.int64(1), "1"):
                for statement in (
                    select(column).where(column == value),
                    update(column.table).values({column.name: value}),
                ):
                    with pytest.raises(RecordError, match=STORABLE if texts else WHOLE):
                        connection.execute(statement)


def test_the_database_itself_keeps_no_fraction(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    buyer, variant = shop.buyer(10_000), shop.variant()
    with shop.work(buyer) as work:
        cart.add(work, variant, 2)
        checkout(work, "wallet")
    for name, columns in schema.WHOLE_NUMBERS.items():
        table = schema.metadata.tables[name]
        with any_engine.connect() as connection:
            if not connection.execute(select(table)).first():
                continue
            for column in columns:
                _try(connection, f"UPDATE {name} SET {column} = {column} + 0.25")
    with reading(any_engine) as connection:
        assert examine(connection) == []


def _try(connection: Connection, statement: str) -> None:
    """Refused, or rounded to what it was where a column can hold nothing else."""
    if connection.dialect.name == "postgresql":
        with suppress(DBAPIError):
            connection.execute(text(statement))
    else:
        rules = r"whole_numbers|product_ratings|append-only|must move with"
        with pytest.raises(DBAPIError, match=rules):
            connection.execute(text(statement))
    connection.rollback()


def test_a_wallet_holds_the_largest_number_and_no_more(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    buyer = shop.buyer(LARGEST - 1)
    assert buyer.customer_id is not None
    shop.top_up(buyer.customer_id, 1)
    assert shop.holds("wallet", buyer.customer_id.hex) == LARGEST
    with pytest.raises(
        RecordError, match=r"wallet of EUR must be at most 9,007,.*; got 9,007,199,254,740,992"
    ):
        shop.top_up(buyer.customer_id, 1)
    assert shop.holds("wallet", buyer.customer_id.hex) == LARGEST


def test_an_order_comes_to_the_largest_number_and_no_more(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    with shop.work(ADMIN) as work:
        work.connection.execute(update(schema.tenant).values(settings={"tax_bp": {"*": 0}}))
    buyer, variant = shop.buyer(LARGEST, country=None), shop.variant(LARGEST, stock=3)
    assert buyer.customer_id is not None
    for quantity in (2, 3):
        with (
            pytest.raises(RecordError, match=r"order total must be at most 9,007,199,254,740,991"),
            shop.work(buyer) as work,
        ):
            place(work, [OrderedLine(variant, quantity)], buyer.customer_id, "wallet")
    with shop.work(buyer) as work:
        place(work, [OrderedLine(variant, 1)], buyer.customer_id, "wallet")
    assert shop.holds("wallet", buyer.customer_id.hex) == 0
    with reading(any_engine) as connection:
        assert examine(connection) == []


def test_a_price_is_the_largest_number_and_no_more(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    with shop.work(ADMIN) as work:
        products.create(work, "Tock", [NewVariant("TOCK", LARGEST)])
        with pytest.raises(
            RecordError, match=r"price must be at most .*; got 9,007,199,254,740,992"
        ):
            products.create(work, "Tick", [NewVariant("TICK", LARGEST + 1)])
        with pytest.raises(NotFound):
            promotions.create(work, "Spring", product_id=uuid4(), amount_minor=LARGEST)


def test_points_and_stock_end_at_the_largest_number(any_engine: Engine) -> None:
    shop: Shop = make_shop(any_engine)
    variant = shop.variant(stock=0)
    goods = stock.asset(variant)
    with shop.work(ADMIN) as work:
        number = append(
            work.connection, work.tenant, [NewEvent("stock.low", 1, 1, "k")], ingested_at=1
        )[0]
        for asset, account in (("PTS", Account("points", "ada")), (goods, stock.ON_HAND)):
            full = Transfer(asset, WORLD, account, LARGEST)
            assert LARGEST in ledger.post(work.connection, work.tenant, [(number, full)]).values()
            with pytest.raises(RecordError, match="must be at most 9,007,199,254,740,991"):
                ledger.post(work.connection, work.tenant, [(number, full._replace(amount=1))])
        with pytest.raises(RecordError, match="on_hand of SKU"):
            stock.receive(work, variant, 1)


def test_an_unknown_currency_has_no_digits() -> None:
    with pytest.raises(RecordError, match="currency must be an ISO 4217 code"):
        minor_digits("XXX")
