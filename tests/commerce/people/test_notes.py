"""Notes: appended with author and time, for those who run the shop."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select
from tests.tenants import make_tenant

from commerce.people import customers, notes, users
from commerce.people.passwords import PasswordHash
from commerce.records import schema
from commerce.records.actors import SYSTEM, Actor
from commerce.records.errors import NotFound, RecordError
from commerce.records.work import looking, working

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def test_a_note_keeps_author_and_time_and_the_stream_not_its_text(any_engine: Engine) -> None:
    tenant = make_tenant(any_engine)
    with working(any_engine, tenant, SYSTEM, now=NOW) as work:
        ada = customers.register(work)
        root = users.create(work, "root", PasswordHash("x"), role="admin")
    elsewhere = uuid.uuid4()  # a superadmin who is a user of another shop
    for minute, (author, text) in enumerate([(root, "likes tea"), (elsewhere, " in cups ")]):
        at = NOW + timedelta(minutes=minute)
        with working(any_engine, tenant, Actor("admin", author), now=at) as work:
            notes.add(work, ada, text)
    with looking(any_engine, tenant, Actor("admin", root), now=NOW) as work:
        assert [
            (each.author_id, each.body, each.created_at) for each in notes.list_notes(work, ada)
        ] == [
            (root, "likes tea", NOW),
            (None, "in cups", NOW + timedelta(minutes=1)),
        ]
        emitted = work.connection.execute(select(schema.event)).mappings().all()
        assert [each["type"] for each in emitted].count("customer.noted") == 2
        assert "tea" not in str(emitted)


def test_notes_are_for_those_who_run_the_shop(any_engine: Engine) -> None:
    tenant, other = make_tenant(any_engine), make_tenant(any_engine, "other")
    with working(any_engine, tenant, SYSTEM, now=NOW) as work:
        ada = customers.register(work)
        with pytest.raises(RecordError, match="note must say something"):
            notes.add(work, ada, " ")
    for shop, actor in (
        (tenant, Actor("user", customer_id=ada)),
        (tenant, Actor("seller")),
        (other, Actor("admin")),
    ):
        with working(any_engine, shop, actor, now=NOW) as work:
            with pytest.raises(NotFound):
                notes.add(work, ada, "hello")
            with pytest.raises(NotFound):
                notes.list_notes(work, ada)


def test_no_function_edits_a_note() -> None:
    public = [
        name
        for name, each in vars(notes).items()
        if getattr(each, "__module__", "") == notes.__name__
    ]
    assert sorted(name for name in public if not name.startswith("_")) == [
        "Note",
        "add",
        "list_notes",
    ]
