"""Appending to the stream, under its contract."""

import uuid
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError
from tests.tenants import make_tenant

from commerce.records.bulk import insert_rows
from commerce.records.database import reading, writing
from commerce.records.errors import RecordError
from commerce.records.stream import (
    EVENT_TYPES,
    FEATURE_COLUMNS,
    NewEvent,
    append,
    check,
    customer_rows,
    iterate,
    stream_state,
)
from commerce.records.tenants import Tenant


def captured(at: int, key: str, customer: uuid.UUID | None = None) -> NewEvent:
    return NewEvent(
        "payment.captured",
        at,
        at,
        key,
        customer_id=customer,
        amount_minor=250,
        currency="EUR",
        base_minor=250,
    )


def known_customer(engine: Engine, tenant: Tenant) -> uuid.UUID:
    customer = uuid.uuid4()
    with writing(engine) as connection:
        insert_rows(
            connection,
            "customer",
            ("tenant_id", "id", "number", "created_at"),
            [(tenant.id, customer, 1, 0)],
        )
    return customer


def test_money_that_arrives_is_posted_with_its_event(any_engine: Engine) -> None:
    tenant = make_tenant(any_engine)
    with writing(any_engine) as connection:
        append(connection, tenant, [captured(1, "a"), captured(2, "b")], ingested_at=9)
    with reading(any_engine) as connection:
        posted = connection.execute(
            text(
                "SELECT d.kind, c.kind, count(*), sum(p.amount) FROM posting p"
                " JOIN account d ON d.id = p.debit_account_id"
                " JOIN account c ON c.id = p.credit_account_id GROUP BY 1, 2"
            )
        ).all()
    assert [tuple(row) for row in posted] == [("external", "sales", 2, 500)]


def test_a_source_key_is_written_once(any_engine: Engine) -> None:
    tenant = make_tenant(any_engine)
    with writing(any_engine) as connection:
        append(connection, tenant, [captured(1, "a")], ingested_at=9)
    with (
        pytest.raises(IntegrityError, match=r"uq_event|UNIQUE|unique"),
        writing(any_engine) as connection,
    ):
        append(connection, tenant, [captured(2, "b"), captured(3, "a")], ingested_at=9)
    with reading(any_engine) as connection:
        assert stream_state(connection, tenant.id).events == 1  # nothing of the second call stays


def test_a_customers_rows_come_in_order_and_stop_before_the_cutoff(any_engine: Engine) -> None:
    tenant = make_tenant(any_engine)
    customer = known_customer(any_engine, tenant)
    late = captured(1, "late", customer)._replace(recorded_at=10)
    with writing(any_engine) as connection:
        append(
            connection,
            tenant,
            [captured(4, "x", customer), captured(2, "y", customer), late, captured(1, "z")],
            ingested_at=9,
        )
    with reading(any_engine) as connection:
        rows = customer_rows(connection, tenant.id, customer, 5)
        everything = customer_rows(connection, tenant.id, customer, 11)
    occurred = FEATURE_COLUMNS.index("occurred_at")
    assert [row[occurred] for row in rows] == [2, 4]
    assert [row[occurred] for row in everything] == [1, 2, 4]
    assert {row[FEATURE_COLUMNS.index("customer_id")] for row in rows} == {customer.hex}


def test_the_stream_is_read_in_batches_without_loss(any_engine: Engine) -> None:
    tenant, other = make_tenant(any_engine), make_tenant(any_engine, "other")
    with writing(any_engine) as connection:
        append(connection, tenant, [captured(at, f"a{at}") for at in range(7)], ingested_at=0)
        append(connection, other, [captured(1, "b")], ingested_at=0)
        append(connection, tenant, [captured(8, "c")], ingested_at=0)
    with reading(any_engine) as connection:
        batches = list(iterate(connection, tenant.id, batch=3))
    assert [len(batch) for batch in batches] == [3, 3, 2]
    assert len({row[0] for batch in batches for row in batch}) == 8


def test_an_unknown_word_is_refused_with_a_hint() -> None:
    with pytest.raises(RecordError, match=r"Did you mean order\.placed"):
        check(NewEvent("order.place", 0, 0, "a"))


@pytest.mark.parametrize("name", sorted(EVENT_TYPES))
def test_each_word_is_refused_without_what_it_must_carry(name: str) -> None:
    event_type = EVENT_TYPES[name]
    whole = NewEvent(
        name,
        0,
        0,
        "a",
        customer_id=uuid.uuid4(),
        amount_minor=1,
        currency="EUR",
        base_minor=1,
        quantity=1,
        value=1,
        due_at=1,
        reason="x",
        method="card",
        product_id=uuid.uuid4(),
    )
    check(whole)
    missing = [*event_type.carries, *(["customer_id"] if event_type.about_customer else [])]
    for column in missing:
        with pytest.raises(RecordError, match=r"must (carry|be about)"):
            check(NewEvent(**{**whole._asdict(), column: None}))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"amount_minor": -1, "base_minor": -1}, "must not be negative"),
        ({"currency": None}, "must have a currency"),
        ({"base_minor": None}, "must have a currency and a base amount"),
        ({"occurred_at": 5}, "must not be before"),
    ],
)
def test_an_event_that_contradicts_itself_is_refused(
    change: dict[str, int | None], sentence: str
) -> None:
    with pytest.raises(RecordError, match=sentence):
        check(captured(1, "a")._replace(**change))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        {"quantity": 1.5},
        {"quantity": True},
        {"value": "3"},
        {"due_at": 2**53},
        {"value": -(2**53)},
        {"source_key": "b\0"},
        {"method": "\ud800"},
        {"category": 7},
    ],
    ids=str,
)
def test_one_value_amiss_among_many_is_refused_as_it_is_alone(
    engine: Engine, change: dict[str, Any]
) -> None:
    tenant = make_tenant(engine)
    broken = captured(1, "a")._replace(**change)
    with pytest.raises(RecordError) as alone:
        check(broken)
    events = [captured(at, f"k{at}") for at in range(1, 50)]
    events[30:30] = [broken, captured(1, "z")._replace(quantity=2.5)]  # type: ignore[arg-type]
    with pytest.raises(RecordError) as among, writing(engine) as connection:
        append(connection, tenant, events, ingested_at=9)
    assert str(among.value) == str(alone.value)
    with reading(engine) as connection:
        assert stream_state(connection, tenant.id).events == 0
