"""A row whose key is taken is left as it is, or changed as asked, on every database."""

import uuid

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError
from tests.tenants import make_tenant

from commerce.records import schema
from commerce.records.database import writing
from commerce.records.sql import hexadecimal, insert_new, upsert

COUNTER = schema.counter
KEY = ("tenant_id", "name")


def test_only_what_is_new_is_made_and_returned(any_engine: Engine) -> None:
    tenant = make_tenant(any_engine).id
    make = insert_new(any_engine.dialect.name, COUNTER, *KEY).returning(COUNTER.c.name)
    some = [{"tenant_id": tenant, "name": name, "value": 1} for name in "ab"]
    more = [{"tenant_id": tenant, "name": name, "value": 2} for name in "abc"]
    with writing(any_engine) as connection:
        assert set(connection.execute(make, some).scalars()) == {"a", "b"}
        assert connection.execute(make, more).scalars().all() == ["c"]
        kept = connection.execute(select(COUNTER.c.name, COUNTER.c.value)).all()
        assert {row.name: row.value for row in kept} == {"a": 1, "b": 1, "c": 2}


def test_another_key_that_is_taken_is_refused(any_engine: Engine) -> None:
    tenant = make_tenant(any_engine).id
    make = insert_new(any_engine.dialect.name, schema.category, "tenant_id", "id")
    with writing(any_engine) as connection:
        connection.execute(make, {"tenant_id": tenant, "id": uuid.uuid4(), "name": "Clocks"})
    with pytest.raises(IntegrityError), writing(any_engine) as connection:
        connection.execute(make, {"tenant_id": tenant, "id": uuid.uuid4(), "name": "Clocks"})


def test_what_is_there_is_changed_by_what_could_not_be_inserted(any_engine: Engine) -> None:
    tenant = make_tenant(any_engine).id
    count = upsert(
        any_engine.dialect.name,
        COUNTER,
        (*KEY, "value"),
        KEY,
        lambda new: {"value": COUNTER.c.value + new.value},
    )
    with writing(any_engine) as connection:
        for value in (3, 4):
            connection.execute(count, {"tenant_id": tenant, "name": "a", "value": value})
        assert connection.execute(select(COUNTER.c.value)).scalars().all() == [7]


def test_a_uuid_is_read_as_its_digits_and_found_by_them(any_engine: Engine) -> None:
    tenant, category = make_tenant(any_engine).id, uuid.uuid4()
    table = schema.category
    with writing(any_engine) as connection:
        connection.execute(table.insert(), {"tenant_id": tenant, "id": category, "name": "Clocks"})
        digits = select(hexadecimal(table.c.id)).where(hexadecimal(table.c.id) == category.hex)
        assert connection.execute(digits).scalar_one() == category.hex
