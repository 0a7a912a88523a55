"""One record, three names."""

import uuid
from typing import Any

import pytest
from sqlalchemy import Engine, Table
from tests.tenants import make_tenant

from commerce.records import schema
from commerce.records.bulk import insert_rows
from commerce.records.database import reading, writing
from commerce.records.errors import CustomerNotFound
from commerce.records.identity import find, find_customer, find_many, identify, reserve_numbers
from commerce.records.tenants import Tenant

COLUMNS = ("tenant_id", "id", "number", "external_id", "created_at")


def test_a_key_is_the_shops_own_id_or_a_uuid_and_a_number_only_by_name(any_engine: Engine) -> None:
    tenant = make_tenant(any_engine)
    first, second = uuid.uuid4(), uuid.uuid4()
    with writing(any_engine) as connection:
        insert_rows(
            connection,
            "customer",
            COLUMNS,
            [(tenant.id, first, 1, "2", 0), (tenant.id, second, 2, "K-7", 0)],
        )
    with reading(any_engine) as connection:
        assert find_customer(connection, tenant, "2").id == first
        assert find_customer(connection, tenant, "number:2").id == second
        for stranger in ("1", "02", "number:3", "number:x"):
            with pytest.raises(
                CustomerNotFound, match="by the shop's own id, our UUID or number:N"
            ):
                find_customer(connection, tenant, stranger)
        assert find_customer(connection, tenant, "K-7").id == second
        assert find_customer(connection, tenant, str(second)).id == second


def test_in_a_shop_without_ids_of_its_own_the_number_is_the_id(any_engine: Engine) -> None:
    tenant, other = make_tenant(any_engine), make_tenant(any_engine, "other")
    customer = uuid.uuid4()
    with writing(any_engine) as connection:
        insert_rows(connection, "customer", COLUMNS, [(tenant.id, customer, 17, None, 0)])
        insert_rows(connection, "customer", COLUMNS, [(other.id, uuid.uuid4(), 17, "x", 0)])
    with reading(any_engine) as connection:
        assert find_customer(connection, tenant, "17").id == customer
        for stranger, shop in (("017", tenant), ("18", tenant), ("17", other)):
            with pytest.raises(CustomerNotFound):
                find_customer(connection, shop, stranger)


@pytest.mark.parametrize("table", [schema.customer, schema.orders, schema.product], ids=str)
def test_one_rule_says_who_is_meant_of_customers_orders_and_products(
    any_engine: Engine, table: Table
) -> None:
    named, nameless = make_tenant(any_engine), make_tenant(any_engine, "other")
    ids = {name: uuid.uuid4() for name in ("K-7", "2", "unnamed", "ours")}
    rows = [
        (named, ids["K-7"], 1, "K-7"),
        (named, ids["2"], 3, "2"),
        (named, ids["unnamed"], 2, None),
        (nameless, ids["ours"], 2, None),
    ]
    columns: dict[str, dict[str, Any]] = {
        "customer": {"created_at": 0},
        "orders": {"status": "placed", "placed_at": 0, "currency": "EUR", "total_minor": 0},
        "product": {"name": "Mug"},
    }
    more = columns[table.name]
    with writing(any_engine) as connection:
        insert_rows(
            connection,
            table.name,
            ("tenant_id", "id", "number", "external_id", *more),
            [(tenant.id, *row, *more.values()) for tenant, *row in rows],
        )
    expected = [
        (
            named,
            {
                "K-7": "K-7",
                "2": "2",
                "number:2": "unnamed",
                "number:3": "2",
                "1": None,
                str(ids["2"]): "2",
                ids["2"].hex: "2",
                str(ids["ours"]): None,
                "number:02": "unnamed",
                "number:9": None,
                "K-8": None,
                "number:x": None,
            },
        ),
        (
            nameless,
            {"2": "ours", "02": None, "3": None, "number:2": "ours", "K-7": None},
        ),
    ]
    with reading(any_engine) as connection:
        for tenant, meant in expected:
            for key, name in meant.items():
                found = find(connection, table, tenant, key)
                assert (found and found.id) == (ids[name] if name else None), key
            known = {key: ids[name] for key, name in meant.items() if name}
            many = find_many(connection, table, tenant, list(meant))
            assert {key: record.id for key, record in many.items()} == known


def test_who_was_meant_is_said_by_every_name(engine: Engine, acme: Tenant) -> None:
    with writing(engine) as connection:
        rows = [(acme.id, uuid.uuid4(), 1, "K-7", 0), (acme.id, uuid.uuid4(), 2, None, 0)]
        insert_rows(connection, "customer", COLUMNS, rows)
    with reading(engine) as connection:
        first, second = (identify(connection, schema.customer, acme.id, id_) for _, id_, *_ in rows)
        assert (first.text, second.text) == ("K-7", "number:2")
        assert find_customer(connection, acme, second.text) == second
        assert first.as_dict() == {"id": str(rows[0][1]), "number": 1, "external_id": "K-7"}


@pytest.mark.parametrize(
    "key", ["nobody", "", "9" * 40, "²", "00000000-0000-4000-8000-000000000000"]
)
def test_a_stranger_is_told_apart_from_a_fault(engine: Engine, acme: Tenant, key: str) -> None:
    with reading(engine) as connection, pytest.raises(CustomerNotFound, match="must be known"):
        find_customer(connection, acme, key)


def test_a_customer_of_another_tenant_is_a_stranger(engine: Engine, acme: Tenant) -> None:
    other = make_tenant(engine, "other")
    customer = uuid.uuid4()
    with writing(engine) as connection:
        insert_rows(connection, "customer", COLUMNS, [(acme.id, customer, 1, "x", 0)])
        for key in ("x", "1", str(customer)):
            with pytest.raises(CustomerNotFound):
                find_customer(connection, other, key)


def test_numbers_are_counted_per_tenant_and_never_given_twice(any_engine: Engine) -> None:
    acme, other = make_tenant(any_engine), make_tenant(any_engine, "other")
    with writing(any_engine) as connection:
        assert reserve_numbers(connection, acme, "customer", 3) == 1
        assert reserve_numbers(connection, acme, "customer", 1) == 4
        assert reserve_numbers(connection, acme, "orders", 1) == 1
        assert reserve_numbers(connection, other, "customer", 1) == 1
