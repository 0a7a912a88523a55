"""A tenant sees nothing of another: to every public function, a stranger's id is as good as none at all.

Every function of the workflows is found by looking, called with the ids of another shop's records, and must do
and say exactly what it does and says about records that never were. The other shop's rows stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, registry
from tests.commerce.doors import Function, actors, arguments, doors, never_was, world
from tests.commerce.shop import ADMIN, NOW, Shop, make_shop

from commerce.records import schema
from commerce.records.actors import SYSTEM, Actor
from commerce.records.errors import CommerceError
from commerce.records.work import Work, working


def outcome(shop: Shop, actor: Actor, function: Function, ids: Mapping[str, UUID]) -> object:
    """What a call says: its answer or the kind of its refusal; whatever it did is taken back."""

    class TakenBack(Exception):
        """Ends the transaction."""

    given = arguments(function, ids)
    names = {value: name for name, value in ids.items()}
    try:
        with shop.work(actor, hours=3) as work:
            answer = function(work, **given)
            raise TakenBack
    except TakenBack:
        said = repr(answer)
        for value, name in names.items():
            said = said.replace(str(value), name).replace(value.hex, name)
        new = [part for part in said.split("'") if len(part) == 36 and part.count("-") == 4]
        for part in new:
            said = said.replace(part, "(new)")
        return type(answer).__name__, said
    except (CommerceError, IntegrityError) as refusal:
        return type(refusal).__name__


def everything(engine: Engine, tenant: int) -> dict[str, list[Any]]:
    """Every row of a tenant, table by table."""
    with engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table).where(
                table.c.tenant_id == tenant
            ))))
            for table in schema.metadata.sorted_tables
            if "tenant_id" in table.c
        }  # fmt: skip


def test_a_strangers_id_is_as_good_as_none(each_engine: Engine) -> None:
    ours, theirs = make_shop(each_engine), make_shop(each_engine, "other")
    strange = world(theirs)
    nothing = never_was(strange)
    before = everything(each_engine, theirs.tenant.id)
    leaks = [
        (name, actor.role, known, unknown)
        for actor in actors(ours)
        for name, function in doors().items()
        if (known := outcome(ours, actor, function, strange))
        != (unknown := outcome(ours, actor, function, nothing))
    ]
    assert leaks == []
    assert everything(each_engine, theirs.tenant.id) == before


def test_the_same_ids_mean_something_at_home(engine: Engine) -> None:
    shop = make_shop(engine)
    ids = world(shop)
    nothing = never_was(ids)
    emitted = [
        name
        for name, function in doors().items()
        if any(
            outcome(shop, actor, function, ids) != outcome(shop, actor, function, nothing)
            for actor in (ADMIN, SYSTEM)
        )
    ]
    assert len(emitted) > 40


def test_raw_sql_core_and_a_session_see_own_rows_only(postgres_engine: Engine) -> None:
    ours, theirs = make_shop(postgres_engine), make_shop(postgres_engine, "other")
    world(theirs)
    owners: dict[str, set[int]] = {}
    with working(postgres_engine, ours.tenant, SYSTEM, now=NOW) as work:
        for name, target in schema.metadata.tables.items():
            found = work.connection.execute(text(f"SELECT * FROM {name}")).all()
            key = "id" if name == "tenant" else "tenant_id"
            owners[name] = {getattr(row, key) for row in found}
            assert len(work.connection.execute(select(target)).all()) == len(found), name
    assert {name: seen for name, seen in owners.items() if not seen <= {ours.tenant.id}} == {}
    assert owners["tenant"] == {ours.tenant.id}


def test_not_even_an_identity_map_finds_a_strangers_record(postgres_engine: Engine) -> None:
    ours, theirs = make_shop(postgres_engine), make_shop(postgres_engine, "other")
    stranger = theirs.buyer().customer_id

    class Person:
        """A customer, mapped to an object."""

    mapping = registry()
    mapping.map_imperatively(Person, schema.customer)
    with working(postgres_engine, ours.tenant, SYSTEM, now=NOW) as work:
        session = Session(work.connection)
        assert session.get(Person, (theirs.tenant.id, stranger)) is None
    with working(postgres_engine, theirs.tenant, SYSTEM, now=NOW) as work:
        session = Session(work.connection)
        assert session.get(Person, (theirs.tenant.id, stranger)) is not None
    mapping.dispose()


def test_a_role_that_owns_nothing_writes_nothing_elsewhere(postgres_engine: Engine) -> None:
    ours, theirs = make_shop(postgres_engine), make_shop(postgres_engine, "other")
    world(theirs)
    before = everything(postgres_engine, theirs.tenant.id)
    with working(postgres_engine, ours.tenant, SYSTEM, now=NOW) as work:
        user = work.connection.execute(text("SELECT current_user")).scalar_one()
        assert user == "bellwether_tenant"
        for table in ("orders", "customer", "account", "note", "idempotency_record"):
            column = (
                "created_at" if table in ("customer", "note", "idempotency_record") else "tenant_id"
            )
            work.connection.execute(text(f"UPDATE {table} SET {column} = {column}"))
            work.connection.execute(text("DELETE FROM note"))
    assert everything(postgres_engine, theirs.tenant.id) == before


def test_a_leak_would_be_seen(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def leaky(work: Work, order_id: UUID) -> int | None:
        return work.connection.execute(
            select(schema.orders.c.total_minor).where(schema.orders.c.id == order_id)
        ).scalar()

    ours, theirs = make_shop(engine), make_shop(engine, "other")
    strange = world(theirs)
    nothing = never_was(strange)
    assert outcome(ours, ADMIN, leaky, strange) != outcome(ours, ADMIN, leaky, nothing)
