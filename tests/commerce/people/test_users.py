"""Users: who may log in, and who may say so."""

import uuid
from datetime import UTC, datetime
from functools import partial
from typing import Literal

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, select, update
from tests.tenants import make_tenant

from commerce.people import credentials, customers, passwords, users
from commerce.people.passwords import BadCredentials, hash_password
from commerce.records import schema
from commerce.records.actors import SYSTEM, Actor, Role
from commerce.records.errors import Conflict, Forbidden, NotFound, RecordError
from commerce.records.tenants import Tenant
from commerce.records.work import looking, working

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
ADMIN = Actor("admin", uuid.uuid4())
SUPERADMIN = Actor("superadmin", uuid.uuid4())
HORSE = hash_password("correct horse")


def made(
    engine: Engine, tenant: Tenant, name: str, role: Role = "user", actor: Actor = SYSTEM
) -> uuid.UUID:
    with working(engine, tenant, actor, now=NOW) as work:
        return users.create(work, name, HORSE, role=role)


def test_a_user_logs_in_with_the_right_password_only(any_engine: Engine) -> None:
    tenant, other = make_tenant(any_engine), make_tenant(any_engine, "other")
    ada = made(any_engine, tenant, "Ada", "seller")
    assert credentials.authenticate(any_engine, tenant, " ADA", "correct horse", now=NOW) == Actor(
        "seller", ada
    )
    for shop, name, password in (
        (tenant, "ada", "wrong horse"),
        (tenant, "ada", ""),
        (tenant, "bob", "correct horse"),
        (other, "ada", "correct horse"),
    ):
        with pytest.raises(BadCredentials, match="username and password must be valid"):
            credentials.authenticate(any_engine, shop, name, password, now=NOW)


def test_an_inactive_user_is_refused_like_a_wrong_password(any_engine: Engine) -> None:
    tenant = make_tenant(any_engine)
    ada = made(any_engine, tenant, "ada")
    for _ in range(2):
        with working(any_engine, tenant, ADMIN, now=NOW) as work:
            users.deactivate(work, ada)
    with pytest.raises(BadCredentials, match="username and password must be valid"):
        credentials.authenticate(any_engine, tenant, "ada", "correct horse", now=NOW)
    with looking(any_engine, tenant, SYSTEM, now=NOW) as work:
        with pytest.raises(NotFound):
            credentials.recall(work, ada)
        emitted = work.connection.execute(select(schema.event.c.type)).scalars().all()
        assert emitted.count("user.deactivated") == 1


def test_an_unknown_name_costs_the_same_hashing(
    engine: Engine, acme: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(engine, acme, "ada")
    verified: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002
            verified.append(str(hash).rpartition("$")[0].rpartition("$")[0])
            return super().verify(hash, password)

    monkeypatch.setattr(
        passwords, "_hasher", Counting(time_cost=2, memory_cost=19_456, parallelism=1)
    )
    for name in ("ada", "nobody"):
        with pytest.raises(BadCredentials):
            credentials.authenticate(engine, acme, name, "wrong horse", now=NOW)
    assert len(verified) == 2
    assert verified[0] == verified[1]  # algorithm, version and parameters


def test_a_hash_of_older_parameters_is_made_anew_at_log_in(any_engine: Engine) -> None:
    tenant = make_tenant(any_engine)
    made(any_engine, tenant, "ada")
    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("correct horse")
    with working(any_engine, tenant, SYSTEM, now=NOW) as work:
        work.connection.execute(update(schema.users).values(password_hash=old))
    credentials.authenticate(any_engine, tenant, "ada", "correct horse", now=NOW)
    with looking(any_engine, tenant, SYSTEM, now=NOW) as work:
        kept = work.connection.execute(select(schema.users.c.password_hash)).scalar_one()
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    credentials.authenticate(any_engine, tenant, "ada", "correct horse", now=NOW)


def test_no_password_is_kept_or_told_in_clear(engine: Engine, acme: Tenant) -> None:
    made(engine, acme, "ada")
    with looking(engine, acme, SYSTEM, now=NOW) as work:
        rows = [
            work.connection.execute(select(table)).mappings().all()
            for table in (schema.users, schema.event)
        ]
        assert "horse" not in str(rows)
        (ada,) = users.list_users(work.acting_as(ADMIN)).rows
    assert "argon2" not in repr(ada)


@pytest.mark.parametrize("length", [7, 1025])
def test_a_password_too_short_or_too_long_is_refused(length: int) -> None:
    with pytest.raises(RecordError, match=f"8 to 1024 characters; got {length}"):
        hash_password("x" * length)


def test_one_letter_typed_in_two_ways_is_the_same_password() -> None:
    assert passwords.verify(hash_password("caf\u00e9 noir"), "cafe\u0301 noir")


def test_a_name_is_taken_once_in_its_shop(any_engine: Engine) -> None:
    tenant, other = make_tenant(any_engine), make_tenant(any_engine, "other")
    made(any_engine, tenant, "ada")
    made(any_engine, other, "ada")
    with pytest.raises(Conflict, match="must be new"):
        made(any_engine, tenant, "ADA")
    with pytest.raises(RecordError, match="username must be"):
        made(any_engine, tenant, "ada lovelace")


@pytest.mark.parametrize(
    ("actor", "role", "may"),
    [
        (Actor("user"), "user", False),
        (Actor("seller"), "user", False),
        (Actor("delivery"), "delivery", False),
        (ADMIN, "user", True),
        (ADMIN, "seller", True),
        (ADMIN, "delivery", True),
        (ADMIN, "admin", True),
        (ADMIN, "superadmin", False),
        (SUPERADMIN, "superadmin", True),
        (SYSTEM, "superadmin", True),
    ],
)
def test_who_may_make_a_user_of_which_role(
    engine: Engine, acme: Tenant, actor: Actor, role: Role, may: bool
) -> None:
    bob = made(engine, acme, "bob")
    if may:
        made(engine, acme, "new", role, actor)
        with working(engine, acme, actor, now=NOW) as work:
            users.change_role(work, bob, role)
            assert credentials.recall(work, bob).role == role
        return
    with pytest.raises(Forbidden):
        made(engine, acme, "new", role, actor)
    with pytest.raises(Forbidden), working(engine, acme, actor, now=NOW) as work:
        users.change_role(work, bob, role)


def test_an_admin_manages_users_of_the_own_shop_only_and_no_superadmin(
    any_engine: Engine,
) -> None:
    tenant, other = make_tenant(any_engine), make_tenant(any_engine, "other")
    theirs = made(any_engine, other, "theirs")
    root = made(any_engine, tenant, "root", "superadmin")
    for user, error in ((theirs, NotFound), (root, Forbidden), (ADMIN.user_id, NotFound)):
        assert user is not None
        with working(any_engine, tenant, ADMIN, now=NOW) as work:
            for attempt in (
                partial(users.deactivate, work, user),
                partial(users.change_role, work, user, "user"),
                partial(users.change_password, work.acting_as(Actor("admin")), user, HORSE),
            ):
                with pytest.raises(error):
                    attempt()
    with looking(any_engine, tenant, ADMIN, now=NOW) as work:
        assert [each.username for each in users.list_users(work).rows] == ["root"]
        with pytest.raises(NotFound):
            users.get(work, theirs)
    with pytest.raises(RecordError, match="role must be one of"):
        made(any_engine, tenant, "x", "system")


def test_nobody_locks_oneself_out(engine: Engine, acme: Tenant) -> None:
    ada = made(engine, acme, "ada", "admin")
    with working(engine, acme, Actor("admin", ada), now=NOW) as work:
        with pytest.raises(Conflict, match="somebody else"):
            users.deactivate(work, ada)
        with pytest.raises(Conflict, match="somebody else"):
            users.change_role(work, ada, "user")


def test_a_password_is_changed_by_who_knows_it_or_by_an_admin(any_engine: Engine) -> None:
    tenant = make_tenant(any_engine)
    ada, bob = made(any_engine, tenant, "ada"), made(any_engine, tenant, "bob")
    battery = hash_password("battery staple")
    myself = Actor("user", ada)
    with working(any_engine, tenant, myself, now=NOW) as work:
        for current in (None, "wrong horse"):
            with pytest.raises(BadCredentials, match="current password"):
                users.change_password(work, ada, battery, current=current)
        with pytest.raises(Forbidden):
            users.change_password(work, bob, battery, current="correct horse")
        users.change_password(work, ada, battery, current="correct horse")
    credentials.authenticate(any_engine, tenant, "ada", "battery staple", now=NOW)
    with pytest.raises(BadCredentials):
        credentials.authenticate(any_engine, tenant, "ada", "correct horse", now=NOW)
    with working(any_engine, tenant, ADMIN, now=NOW) as work:
        users.change_password(work, bob, battery)
    credentials.authenticate(any_engine, tenant, "bob", "battery staple", now=NOW)


def test_who_signs_up_becomes_a_customer_and_a_plain_user(any_engine: Engine) -> None:
    tenant, other = make_tenant(any_engine), make_tenant(any_engine, "other")
    nobody = Actor("user")
    with working(any_engine, tenant, nobody, now=NOW) as work:
        ada = users.sign_up(work, "ada", HORSE, email="ada@example.org", country="GB")
        assert ada.role == "user"
        assert ada.customer_id is not None
        assert customers.get(work.acting_as(ada), ada.customer_id).email == "ada@example.org"
        assert users.get(work.acting_as(ada), ada.user_id or uuid.uuid4()).actor == ada
    with pytest.raises(NotFound), working(any_engine, other, SYSTEM, now=NOW) as work:
        users.create(work, "eve", HORSE, customer_id=ada.customer_id)
