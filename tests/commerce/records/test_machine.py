"""Moving records: by the table, by who may, whole or not at all."""

import uuid
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.exc import DBAPIError
from tests.tenants import make_tenant

from commerce.records import schema
from commerce.records.actors import SYSTEM, Actor
from commerce.records.database import writing
from commerce.records.errors import Forbidden, IllegalMove, InsufficientFunds, NotFound
from commerce.records.ledger import WORLD, Account, Transfer, balance
from commerce.records.machine import EventDraft, fetch, fire
from commerce.records.states import BRAND
from commerce.records.tenants import Tenant
from commerce.records.work import looking, working

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
ADMIN = Actor("admin")


def asked(engine: Engine, tenant: Tenant) -> uuid.UUID:
    """A brand that waits for approval."""
    brand = uuid.uuid4()
    with working(engine, tenant, ADMIN, now=NOW) as work:
        fire(work, BRAND, brand, EventDraft("brand.requested"), new={"name": "Tick"})
    return brand


def test_a_move_changes_the_status_tells_the_event_and_fills_the_outbox(any_engine: Engine) -> None:
    tenant = make_tenant(any_engine)
    brand = asked(any_engine, tenant)
    with working(any_engine, tenant, ADMIN, now=NOW) as work:
        (event,) = fire(work, BRAND, brand, EventDraft("brand.approved"))
        row = fetch(work, BRAND, brand)
        assert (row.status, row.event_id) == ("approved", event)
        emitted = work.connection.execute(select(schema.event).order_by(schema.event.c.id)).all()
        assert [each.type for each in emitted] == ["brand.requested", "brand.approved"]
        assert {each.aggregate_id for each in emitted} == {brand.hex}
        waiting = work.connection.execute(select(schema.outbox.c.event_id)).scalars().all()
        assert waiting == [each.id for each in emitted]


def test_a_move_outside_the_table_is_refused_and_leaves_nothing(any_engine: Engine) -> None:
    tenant = make_tenant(any_engine)
    brand = asked(any_engine, tenant)
    with working(any_engine, tenant, ADMIN, now=NOW) as work:
        fire(work, BRAND, brand, EventDraft("brand.approved"))
    for event, error in (("brand.rejected", IllegalMove), ("brand.requested", IllegalMove)):
        with pytest.raises(error), working(any_engine, tenant, ADMIN, now=NOW) as work:
            fire(work, BRAND, brand, EventDraft(event))
    with pytest.raises(Forbidden), working(any_engine, tenant, Actor("user"), now=NOW) as work:
        fire(work, BRAND, brand, EventDraft("brand.rejected"))
    with pytest.raises(NotFound), working(any_engine, tenant, ADMIN, now=NOW) as work:
        fire(work, BRAND, uuid.uuid4(), EventDraft("brand.rejected"))
    with looking(any_engine, tenant, ADMIN, now=NOW) as work:
        assert fetch(work, BRAND, brand, lock=False).status == "approved"
        assert len(work.connection.execute(select(schema.event.c.id)).all()) == 2


def test_a_move_that_cannot_pay_leaves_nothing(any_engine: Engine) -> None:
    tenant = make_tenant(any_engine)
    brand = asked(any_engine, tenant)
    wallet = Account("wallet", "ada")
    more = EventDraft("seller.paid", amount=3, transfers=[Transfer("EUR", wallet, WORLD, 3)])
    with (
        pytest.raises(InsufficientFunds),
        working(any_engine, tenant, ADMIN, now=NOW) as work,
    ):
        fire(work, BRAND, brand, EventDraft("brand.approved"), more)
    with looking(any_engine, tenant, ADMIN, now=NOW) as work:
        assert fetch(work, BRAND, brand, lock=False).status == "pending"
        assert balance(work.connection, tenant, "EUR", wallet) == 0


def test_the_database_refuses_a_status_without_its_event(any_engine: Engine) -> None:
    tenant = make_tenant(any_engine)
    brand = asked(any_engine, tenant)
    for statement in (
        "UPDATE brand SET status = 'approved'",
        "UPDATE brand SET status = 'approved', event_id = 99",
        "UPDATE brand SET status = 'approved', event_id = event_id",
    ):
        with (
            pytest.raises(DBAPIError, match="must move with an event"),
            writing(any_engine) as connection,
        ):
            connection.execute(text(statement))
    with looking(any_engine, tenant, SYSTEM, now=NOW) as work:
        assert fetch(work, BRAND, brand, lock=False).status == "pending"


def test_work_for_one_tenant_sees_nothing_of_another_even_by_raw_sql(
    postgres_engine: Engine,
) -> None:
    acme, other = make_tenant(postgres_engine), make_tenant(postgres_engine, "other")
    asked(postgres_engine, acme)
    with working(postgres_engine, other, ADMIN, now=NOW) as work:
        assert work.connection.execute(text("SELECT count(*) FROM brand")).scalar_one() == 0
        assert work.connection.execute(text("SELECT count(*) FROM event")).scalar_one() == 0
        assert work.connection.execute(text("SELECT slug FROM tenant")).scalars().all() == ["other"]
    with (
        pytest.raises(DBAPIError, match="row-level security"),
        working(postgres_engine, other, ADMIN, now=NOW) as work,
    ):
        work.connection.execute(
            insert(schema.brand),
            {"tenant_id": acme.id, "id": uuid.uuid4(), "name": "Tock", "status": "pending"},
        )
