"""Records of a bank's customers: checked, kept in the stream, read as they were known."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from tests.bank import SAMPLE
from tests.commerce.shop import ADMIN, NOW

from commerce.people import bank_profiles, customers
from commerce.people.bank_profiles import NoBankRecord, bank_fields
from commerce.records import schema
from commerce.records.actors import SYSTEM, Actor
from commerce.records.errors import Forbidden, RecordError
from commerce.records.instants import to_micros
from commerce.records.tenants import Tenant
from commerce.records.work import looking, working


@pytest.fixture
def hill(engine: Engine, acme: Tenant) -> uuid.UUID:
    """A customer with the bank's own id."""
    with working(engine, acme, SYSTEM, now=NOW) as work:
        return customers.register(work, full_name="Hill", external_id="15647311")


def recorded(
    engine: Engine, tenant: Tenant, customer: uuid.UUID, hours: int, **fields: Any
) -> None:
    """Record fields, some hours later."""
    with working(engine, tenant, ADMIN, now=NOW + timedelta(hours=hours)) as work:
        bank_profiles.record(work, customer, fields)


def test_a_record_is_kept_field_by_field_and_read_as_it_was_known(
    engine: Engine, acme: Tenant, hill: uuid.UUID
) -> None:
    recorded(engine, acme, hill, 1, **SAMPLE)
    recorded(engine, acme, hill, 2, **{**SAMPLE, "balance": 83807.86, "is_active_member": True})
    with looking(engine, acme, ADMIN, now=NOW + timedelta(hours=3)) as work:
        record = bank_profiles.get(work, "15647311")
        assert (record.customer_id, record.surname) == (15647311, "Hill")
        assert record.fields == {**SAMPLE, "balance": 83807.86, "is_active_member": 1}
        before = to_micros(NOW + timedelta(hours=2))
        assert bank_fields(work.connection, acme, hill, before) == SAMPLE
        assert bank_fields(work.connection, acme, hill, to_micros(NOW)) == {}
        event = schema.event.c
        query = select(event.reason, event.value, event.category).where(
            event.type == "customer.profiled"
        )
        events = work.connection.execute(query.order_by(event.id)).all()
    assert len(events) == 9 + 2  # what stays the same is no event
    assert ("geography", None, "France") in events
    assert events[-2:] == [("balance", 8_380_786, None), ("is_active_member", 1, None)]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"age": -1}, r"^age must be 0 to 150; got -1\."),
        ({"geography": "Peru"}, r"^geography must be one of France, Germany, Spain; got 'Peru'\."),
        ({"gender": "male"}, r"got 'male'\. Did you mean Female or Male"),
        ({"tenure": "3"}, r"^tenure must be a number; got '3'\."),
        ({"balance": 0.001}, r"^balance must have at most 2 decimals in EUR"),
        ({"salary": 1}, r"^field must be one of bank_v1; got 'salary'\."),
    ],
)
def test_what_the_schema_does_not_know_is_refused_whole(
    engine: Engine, acme: Tenant, hill: uuid.UUID, fields: dict[str, Any], says: str
) -> None:
    with pytest.raises(RecordError, match=says):
        recorded(engine, acme, hill, 1, **{**SAMPLE, **fields})
    with (
        looking(engine, acme, ADMIN, now=NOW) as work,
        pytest.raises(NoBankRecord, match="bank record must exist; got none for"),
    ):
        bank_profiles.get(work, hill)


def test_a_customer_reads_its_own_record_and_writes_none(
    engine: Engine, acme: Tenant, hill: uuid.UUID
) -> None:
    recorded(engine, acme, hill, 1, age=40)
    herself = Actor("user", uuid.uuid4(), hill)
    with working(engine, acme, herself, now=NOW) as work:
        assert bank_profiles.get(work, hill).fields["age"] == 40
        assert bank_profiles.get(work, hill).fields["tenure"] is None
        with pytest.raises(Forbidden, match="for the bank record of a customer; got user"):
            bank_profiles.record(work, hill, {"age": 30})


def test_a_figure_of_its_own_keeps_to_the_same_ranges(
    engine: Engine, acme: Tenant, hill: uuid.UUID
) -> None:
    with (
        working(engine, acme, ADMIN, now=NOW) as work,
        pytest.raises(RecordError, match="age must be 0 to 150; got -1"),
    ):
        customers.record_figure(work, hill, "age", -1)
