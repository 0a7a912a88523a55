"""One record, three names."""

import uuid

import pytest
from sqlalchemy import Engine
from tests.tenants import make_tenant

from commerce.records.bulk import insert_rows
from commerce.records.database import reading, writing
from commerce.records.errors import CustomerNotFound
from commerce.records.identity import find_customer, reserve_numbers
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
        assert find_customer(connection, tenant, "2") == first
        assert find_customer(connection, tenant, "number:2") == second
        for stranger in ("1", "02", "number:3", "number:x"):
            with pytest.raises(
                CustomerNotFound, match="by the shop's own id, our UUID or number:N"
            ):
                find_customer(connection, tenant, stranger)
        assert find_customer(connection, tenant, "K-7") == second
        assert find_customer(connection, tenant, str(second)) == second


def test_in_a_shop_without_ids_of_its_own_the_number_is_the_id(any_engine: Engine) -> None:
    tenant, other = make_tenant(any_engine), make_tenant(any_engine, "other")
    customer = uuid.uuid4()
    with writing(any_engine) as connection:
        insert_rows(connection, "customer", COLUMNS, [(tenant.id, customer, 17, None, 0)])
        insert_rows(connection, "customer", COLUMNS, [(other.id, uuid.uuid4(), 17, "x", 0)])
    with reading(any_engine) as connection:
        assert find_customer(connection, tenant, "17") == customer
        for stranger, shop in (("017", tenant), ("18", tenant), ("17", other)):
            with pytest.raises(CustomerNotFound):
                find_customer(connection, shop, stranger)


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
