"""API keys: shown once, kept hashed, and alone enough to tell the shop."""

import uuid
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Engine, select
from tests.tenants import make_tenant

from commerce import shops
from commerce.people import credentials, customers, users
from commerce.people.credentials import IssuedKey
from commerce.people.passwords import BadCredentials, PasswordHash
from commerce.records import schema
from commerce.records.actors import SYSTEM, Actor
from commerce.records.database import reading
from commerce.records.errors import Conflict, Forbidden, KeyReused, NotFound, RecordError
from commerce.records.idempotency import once
from commerce.records.tenants import Tenant
from commerce.records.work import looking, working

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
ADMIN = Actor("admin")


def issued(engine: Engine, tenant: Tenant) -> IssuedKey:
    with working(engine, tenant, ADMIN, now=NOW) as work:
        return credentials.issue(work, "till", "admin")


def resolve(engine: Engine, text: str) -> tuple[Tenant, Actor]:
    with reading(engine) as connection:
        found = credentials.resolve(connection, text, now=NOW)
    return found.tenant, found.actor


def test_two_keys_without_a_user_are_two_who_act(engine: Engine) -> None:
    tenant = make_tenant(engine)
    keys = [issued(engine, tenant).text for _ in range(2)]
    first, second = (resolve(engine, text)[1] for text in keys)
    assert first.user_id is None
    assert first.api_key_id != second.api_key_id
    assert first.api_key_id == resolve(engine, keys[0])[1].api_key_id
    done = []
    for place, actor in enumerate((first, second, first)):
        with working(engine, tenant, actor, now=NOW) as work:
            done.append(once(work, "checkout", "k", {"a": 1}, partial(str, place)))
    assert done == ["0", "1", "0"]
    with (
        pytest.raises(KeyReused),
        working(engine, tenant, second, now=NOW) as work,
    ):
        once(work, "checkout", "k", {"a": 2}, lambda: None)


def test_a_key_alone_tells_the_shop_and_what_may_be_done(any_engine: Engine) -> None:
    acme, other = make_tenant(any_engine), make_tenant(any_engine, "other")
    for tenant in (acme, other):
        found, actor = resolve(any_engine, issued(any_engine, tenant).text)
        assert (found.slug, actor) == (tenant.slug, ADMIN)


def test_a_key_is_kept_as_a_hash_and_shown_once(any_engine: Engine) -> None:
    tenant = make_tenant(any_engine)
    key = issued(any_engine, tenant)
    secret = key.text.partition(".")[2]
    assert len(secret) >= 43  # 256 bits
    with looking(any_engine, tenant, ADMIN, now=NOW) as work:
        rows = [
            work.connection.execute(select(table)).mappings().all()
            for table in (schema.api_key, schema.event)
        ]
        assert secret not in str(rows) + repr(key) + repr(credentials.list_keys(work))
        (listed,) = credentials.list_keys(work)
    assert (listed.id, listed.prefix) == (key.id, key.text.partition(".")[0])


def test_a_wrong_a_revoked_and_a_closed_shops_key_open_nothing(any_engine: Engine) -> None:
    tenant = make_tenant(any_engine)
    key, good = issued(any_engine, tenant), issued(any_engine, tenant)
    prefix = key.text.partition(".")[0]
    for text in (
        "",
        ".",
        prefix,
        f"{prefix}.",
        f"{prefix}.wrong",
        f"nobody.{key.text}",
        "caf\u00e9.x",
    ):
        with pytest.raises(BadCredentials, match="API key must be valid"):
            resolve(any_engine, text)
    for _ in range(2):
        with working(any_engine, tenant, ADMIN, now=NOW) as work:
            credentials.revoke(work, key.id)
    with pytest.raises(BadCredentials):
        resolve(any_engine, key.text)
    resolve(any_engine, good.text)
    shops.close_shop(any_engine, SYSTEM, tenant.slug, now=NOW)
    with pytest.raises(BadCredentials):
        resolve(any_engine, good.text)


def test_a_users_key_ends_with_the_users_rights(any_engine: Engine) -> None:
    tenant = make_tenant(any_engine)
    with working(any_engine, tenant, ADMIN, now=NOW) as work:
        customer = customers.register(work)
        bob = users.create(work, "bob", PasswordHash("x"), role="seller", customer_id=customer)
        text = credentials.issue(work, "bob's", "seller", user_id=bob).text
        with pytest.raises(NotFound):
            credentials.issue(work, "more", "admin", user_id=bob)
    assert resolve(any_engine, text)[1] == Actor("seller", bob, customer)
    with working(any_engine, tenant, ADMIN, now=NOW) as work:
        users.change_role(work, bob, "user")
    with pytest.raises(BadCredentials):
        resolve(any_engine, text)


def test_only_an_admin_of_the_shop_gives_and_takes_keys(any_engine: Engine) -> None:
    tenant, other = make_tenant(any_engine), make_tenant(any_engine, "other")
    key = issued(any_engine, tenant)
    with working(any_engine, other, ADMIN, now=NOW) as work:
        assert credentials.list_keys(work) == []
        with pytest.raises(NotFound):
            credentials.revoke(work, key.id)
        with pytest.raises(NotFound):
            credentials.revoke(work, uuid.uuid4())
    for actor, role, error in (
        (Actor("seller"), "user", Forbidden),
        (ADMIN, "superadmin", Forbidden),
        (ADMIN, "system", RecordError),
    ):
        with pytest.raises(error), working(any_engine, tenant, actor, now=NOW) as work:
            credentials.issue(work, "x", role)  # type: ignore[arg-type]
    with pytest.raises(Forbidden), working(any_engine, tenant, Actor("user"), now=NOW) as work:
        credentials.revoke(work, key.id)
    with looking(any_engine, tenant, Actor("user"), now=NOW) as work, pytest.raises(Forbidden):
        credentials.list_keys(work)
    resolve(any_engine, key.text)


def test_a_key_ends_when_it_says_and_carries_what_it_may_be_used_for(any_engine: Engine) -> None:
    tenant = make_tenant(any_engine)
    with working(any_engine, tenant, ADMIN, now=NOW) as work:
        later = NOW + timedelta(hours=1)
        text = credentials.issue(
            work, "till", "admin", scopes=["orders:read"], expires_at=later
        ).text
        with pytest.raises(RecordError, match="expires at must be later than now"):
            credentials.issue(work, "till", "admin", expires_at=NOW)
    with reading(any_engine) as connection:
        assert credentials.resolve(connection, text, now=NOW).scopes == ["orders:read"]
        with pytest.raises(BadCredentials):
            credentials.resolve(connection, text, now=later)


def test_a_rotated_key_opens_by_its_new_secret_alone(any_engine: Engine) -> None:
    tenant = make_tenant(any_engine)
    old = issued(any_engine, tenant)
    with working(any_engine, tenant, Actor("user"), now=NOW) as work, pytest.raises(Forbidden):
        credentials.rotate(work, old.id)
    with working(any_engine, tenant, ADMIN, now=NOW) as work:
        new = credentials.rotate(work, old.id)
    assert new.id == old.id
    assert resolve(any_engine, new.text) == (tenant, ADMIN)
    with pytest.raises(BadCredentials):
        resolve(any_engine, old.text)
    with working(any_engine, tenant, ADMIN, now=NOW) as work:
        credentials.revoke(work, old.id)
        with pytest.raises(Conflict, match="key must not be revoked"):
            credentials.rotate(work, old.id)


def test_the_shops_of_a_name_are_the_open_ones_that_know_it(any_engine: Engine) -> None:
    acme, other = make_tenant(any_engine), make_tenant(any_engine, "other")
    for tenant in (acme, other):
        with working(any_engine, tenant, ADMIN, now=NOW) as work:
            users.create(work, "ada", PasswordHash("x"))
    shops.close_shop(any_engine, SYSTEM, "other", now=NOW)
    with reading(any_engine) as connection:
        assert [each.slug for each in credentials.shops_of(connection, " Ada ")] == ["acme"]
        assert credentials.shops_of(connection, "bob") == []
