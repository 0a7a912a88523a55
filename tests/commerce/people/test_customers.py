"""Customers: registered once, changed without telling who they are, erased without losing a number."""

import uuid
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import partial

import pytest
from sqlalchemy import Engine, func, insert, select
from tests.tenants import make_tenant

from commerce.people import customers, notes, users
from commerce.people.erasure import erase
from commerce.people.passwords import PasswordHash
from commerce.records import schema
from commerce.records.actors import SYSTEM, Actor
from commerce.records.errors import Conflict, Forbidden, NotFound, RecordError
from commerce.records.tenants import Tenant
from commerce.records.work import Work, looking, working

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
ADMIN = Actor("admin")
SECRETS = ("Ada Lovelace", "ada@example.org", "+44 20 7946 0000", "12 St James's Square", "51.5")


def registered(engine: Engine, tenant: Tenant, email: str | None = "ada@example.org") -> uuid.UUID:
    with working(engine, tenant, ADMIN, now=NOW) as work:
        return customers.register(
            work, full_name="Ada Lovelace", email=email, phone=SECRETS[2], country="GB"
        )


def test_a_registered_customer_has_a_number_and_is_told_without_its_name(
    any_engine: Engine,
) -> None:
    tenant = make_tenant(any_engine)
    ada = registered(any_engine, tenant, " Ada@Example.org ")
    bob = registered(any_engine, tenant, None)
    with looking(any_engine, tenant, ADMIN, now=NOW) as work:
        read = customers.get(work, ada)
        assert (read.number, read.email, read.country) == (1, "ada@example.org", "GB")
        assert [each.id for each in customers.list_customers(work).rows] == [ada, bob]
        later = customers.list_customers(work, limit=1, offset=1)
        assert (later.total, [each.id for each in later.rows]) == (2, [bob])
        turned = customers.list_customers(work, ordering="-number")
        assert [each.id for each in turned.rows] == [bob, ada]
        emitted = work.connection.execute(select(schema.event)).mappings().all()
        assert [(each["type"], each["category"]) for each in emitted] == [
            ("customer.registered", "GB")
        ] * 2
        assert not any(secret in str(emitted) for secret in SECRETS)


def test_an_e_mail_address_is_unique_in_its_shop_only(any_engine: Engine) -> None:
    tenant, other = make_tenant(any_engine), make_tenant(any_engine, "other")
    ada = registered(any_engine, tenant)
    registered(any_engine, other)
    bob = registered(any_engine, tenant, "bob@example.org")
    with pytest.raises(Conflict, match="must be new"):
        registered(any_engine, tenant, "ADA@example.org")
    with pytest.raises(Conflict, match="must be new"), _working(any_engine, tenant) as work:
        customers.change(work, bob, {"email": "ada@example.org"})
    with _working(any_engine, tenant) as work:
        customers.change(work, ada, {"email": "ada@example.org"})  # its own


def _working(engine: Engine, tenant: Tenant, actor: Actor = ADMIN) -> AbstractContextManager[Work]:
    return working(engine, tenant, actor, now=NOW)


@pytest.mark.parametrize(
    "email", ["ada", "ada@", "ada@host", "a da@example.org", "a@b.c\nBcc: d@e.f"]
)
def test_an_address_that_is_none_is_refused(engine: Engine, acme: Tenant, email: str) -> None:
    with pytest.raises(RecordError, match="e-mail address must be"):
        registered(engine, acme, email)


def test_a_change_tells_which_field_but_never_who(any_engine: Engine) -> None:
    tenant = make_tenant(any_engine)
    ada = registered(any_engine, tenant)
    with _working(any_engine, tenant, Actor("user", customer_id=ada)) as work:
        customers.change(work, ada, {"full_name": "Ada King", "country": "FR", "phone": SECRETS[2]})
        customers.set_location(work, ada, 51.5, -0.13, SECRETS[3])
    with looking(any_engine, tenant, ADMIN, now=NOW) as work:
        query = select(schema.event).where(schema.event.c.type == "customer.profiled")
        emitted = work.connection.execute(query.order_by(schema.event.c.id)).mappings().all()
        assert [(each["reason"], each["category"]) for each in emitted] == [
            ("full_name", None),
            ("country", "FR"),
            ("location", None),
        ]
        assert not any(secret in str(emitted) for secret in (*SECRETS, "King"))
        place = customers.get(work, ada)
        assert (place.latitude, place.longitude, place.address) == (51.5, -0.13, SECRETS[3])


def test_a_figure_is_told_by_whom_it_concerns_or_by_who_may_know(any_engine: Engine) -> None:
    tenant = make_tenant(any_engine)
    ada = registered(any_engine, tenant)
    herself = Actor("user", uuid.uuid4(), ada)
    for actor, figure, value in [
        (herself, "newsletter", 1),
        (ADMIN, "credit_score", 619),
        (herself, "newsletter", 0),
    ]:
        with working(any_engine, tenant, actor, now=NOW) as work:
            customers.record_figure(work, ada, figure, value)
    with working(any_engine, tenant, herself, now=NOW) as work:
        with pytest.raises(Forbidden, match="for the credit_score of a customer; got user"):
            customers.record_figure(work, ada, "credit_score", 850)
        with pytest.raises(RecordError, match=r"got 'credit_scor'\. Did you mean credit_score"):
            customers.record_figure(work, ada, "credit_scor", 850)
    event = schema.event.c
    emitted = select(event.reason, event.value).where(event.type == "customer.profiled")
    with looking(any_engine, tenant, ADMIN, now=NOW) as work:
        assert work.connection.execute(emitted.order_by(event.id)).all() == [
            ("newsletter", 1),
            ("credit_score", 619),
            ("newsletter", 0),
        ]


def test_a_place_off_the_globe_and_an_unknown_field_are_refused(
    engine: Engine, acme: Tenant
) -> None:
    ada = registered(engine, acme)
    for latitude, longitude in ((90.1, 0), (-91, 0), (0, 180.5), (0, -181), (float("nan"), 0)):
        with pytest.raises(RecordError, match="degrees"), _working(engine, acme) as work:
            customers.set_location(work, ada, latitude, longitude)
    with pytest.raises(RecordError, match="Did you mean phone"), _working(engine, acme) as work:
        customers.change(work, ada, {"phon": "1"})


def test_a_customer_is_only_its_own_business(any_engine: Engine) -> None:
    tenant, other = make_tenant(any_engine), make_tenant(any_engine, "other")
    ada, bob = registered(any_engine, tenant), registered(any_engine, tenant, None)
    as_bob = Actor("user", customer_id=bob)
    for shop, actor in ((tenant, as_bob), (tenant, Actor("seller")), (other, ADMIN)):
        with looking(any_engine, shop, actor, now=NOW) as work:
            assert ada not in [each.id for each in customers.list_customers(work).rows]
            with pytest.raises(NotFound):
                customers.get(work, ada)
        with _working(any_engine, shop, actor) as work:
            for attempt in (
                partial(customers.change, work, ada, {"country": "FR"}),
                partial(customers.set_location, work, ada, 0, 0),
                partial(erase, work, ada),
            ):
                with pytest.raises(NotFound):
                    attempt()
    with pytest.raises(Forbidden), _working(any_engine, tenant, as_bob) as work:
        customers.register(work)


def _everything(work: Work) -> str:
    """All that the record store says, as text."""
    return str(
        [
            work.connection.execute(select(table)).mappings().all()
            for table in schema.metadata.sorted_tables
        ]
    )


def test_an_erased_customer_is_nowhere_named_and_the_ledger_stays(any_engine: Engine) -> None:
    tenant = make_tenant(any_engine)
    ada = registered(any_engine, tenant)
    order = uuid.uuid4()
    with _working(any_engine, tenant) as work:
        customers.set_location(work, ada, 51.5, -0.13, SECRETS[3])
        user = users.create(
            work, "ada.lovelace", PasswordHash("x"), email=SECRETS[1], customer_id=ada
        )
        notes.add(work, ada, "Ada Lovelace likes engines")
        values = {"tenant_id": tenant.id, "id": order, "number": 1, "customer_id": ada}
        place = {"address": SECRETS[3], "latitude": 51.5, "longitude": -0.13}
        work.connection.execute(
            insert(schema.orders).values(
                **values, **place, status="placed", total_minor=100, currency="EUR"
            )
        )
        assert all(secret in _everything(work) for secret in SECRETS)
        events = work.connection.execute(select(func.count()).select_from(schema.event)).scalar()
    for _ in range(2):
        with _working(any_engine, tenant, Actor("user", user, ada)) as work:
            erase(work, ada)
    with looking(any_engine, tenant, ADMIN, now=NOW) as work:
        said = _everything(work)
        assert not [s for s in (*SECRETS, "lovelace", "engines", "-0.13") if s in said]
        assert customers.get(work, ada).erased_at == NOW
        assert not users.get(work, user).active
        kept = work.connection.execute(select(schema.orders)).one()
        assert (kept.customer_id, kept.total_minor) == (ada, 100)
        after = work.connection.execute(select(func.count()).select_from(schema.event)).scalar()
        assert after == (events or 0) + 2  # erased, and the log-in closed
    with pytest.raises(Conflict, match="must not be erased"), _working(any_engine, tenant) as work:
        customers.change(work, ada, {"full_name": "Ada again"})
    with pytest.raises(Conflict, match="must not be erased"), _working(any_engine, tenant) as work:
        notes.add(work, ada, "Ada again")
    registered(any_engine, tenant)  # the address is free again


def test_the_house_may_erase_too(engine: Engine, acme: Tenant) -> None:
    ada = registered(engine, acme)
    with _working(engine, acme, SYSTEM) as work:
        erase(work, ada)
        assert customers.get(work, ada).full_name is None
