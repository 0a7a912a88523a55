"""Getting in: by name and password, again by what a session remembers, or by an API key.

A shop's programs show a key in place of a password, and it alone tells the shop: a public prefix and a secret of
256 random bits. Of the secret its SHA-256 is kept: there is nothing to guess in it, so a slow hash, which every
request would pay for, protects nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Engine, select, update

from commerce.people import users
from commerce.people.passwords import BadCredentials, hash_password, is_stale, verify
from commerce.records import rows, schema
from commerce.records.actors import SYSTEM, Actor, Role
from commerce.records.arguments import checked
from commerce.records.errors import NotFound
from commerce.records.machine import EventDraft, fire
from commerce.records.sql import linked
from commerce.records.states import USER
from commerce.records.tenants import Tenant, tenant_of
from commerce.records.work import Work, looking, working


@checked
def authenticate(
    engine: Engine, tenant: Tenant, username: str, password: str, *, now: datetime
) -> Actor:
    """Tell who logs in.

    Hashing takes its time, so no transaction is open meanwhile. A hash made with older parameters is made anew.

    Raises
    ------
    BadCredentials
        "username and password must be valid; ..." for an unknown name, a wrong password and an inactive user
        alike, after the same work.
    RecordError
        "tenant must be open; got ..."
    """
    with looking(engine, tenant, SYSTEM, now=now) as work:
        row = rows.first(work, schema.users, username=username.strip().lower())
    right = verify(None if row is None else row.password_hash, password)
    if row is None or not right or not row.active:
        raise BadCredentials("username and password")
    if is_stale(row.password_hash):
        fresh = hash_password(password)
        with working(engine, tenant, SYSTEM, now=now) as work:
            same = rows.own(work, schema.users, id=row.id, password_hash=row.password_hash)
            work.connection.execute(update(schema.users).where(*same).values(password_hash=fresh))
    return Actor(row.role, row.id, row.customer_id)


def recall(work: Work, user_id: UUID) -> Actor:
    """Tell who a session or a token belongs to, in the role the user has today.

    Raises
    ------
    NotFound
        "user must exist; got ..." where the user is gone or may no longer log in.
    """
    user = users.get(work.acting_as(SYSTEM), user_id)
    if not user.active:
        raise NotFound("user", user_id)
    return user.actor


@dataclass(frozen=True)
class IssuedKey:
    """A new key; ``text`` is shown this once."""

    id: UUID
    text: str = field(repr=False)


class Key(NamedTuple):
    """A key as it may be listed."""

    id: UUID
    name: str
    prefix: str
    role: Role
    user_id: UUID | None
    created_at: datetime
    revoked_at: datetime | None


@checked
def issue(work: Work, name: str, role: Role, *, user_id: UUID | None = None) -> IssuedKey:
    """Give out a key. By an admin of the shop.

    Parameters
    ----------
    name : str
        What it is for.
    role : Role
        What may be done with it; superadmin only by a superadmin.
    user_id : UUID, optional
        Whose it is: it then acts as this user, and opens nothing once the user may not log in or has another role.

    Raises
    ------
    Forbidden, NotFound
    RecordError
        "role must be one of ...; got ..."
    """
    users.may_grant(work, role)
    key, prefix, secret = work.new_id(), secrets.token_hex(8), secrets.token_urlsafe(32)
    event = EventDraft("user.key_issued", category=role, record=("key", key))
    fire(work, USER, user_id or key, event)
    if user_id is not None and users.get(work, user_id).role != role:
        raise NotFound(f"user who is {role}", user_id)
    rows.add(
        work,
        schema.api_key,
        id=key,
        name=name,
        prefix=prefix,
        secret_hash=_digest(secret),
        role=role,
        user_id=user_id,
        created_at=work.now,
    )
    return IssuedKey(key, f"{prefix}.{secret}")


def revoke(work: Work, key_id: UUID) -> None:
    """Take a key back; twice changes nothing.

    Raises
    ------
    NotFound
    Forbidden
        "role must be one of admin for user.key_revoked; got ..."
    """
    if rows.find(work, schema.api_key, key_id, "key", lock=True).revoked_at is None:
        fire(work, USER, key_id, EventDraft("user.key_revoked", record=("key", key_id)))
        rows.change(work, schema.api_key, key_id, revoked_at=work.now)


def list_keys(work: Work) -> list[Key]:
    """List the shop's keys, revoked ones too, for who runs the shop.

    Raises
    ------
    Forbidden
        "role must be one of admin for listing keys; got ..."
    """
    work.actor.require("listing keys", "admin", "system")
    key = schema.api_key
    return rows.listed(work, Key, key, order=(key.c.created_at, key.c.id))


@checked
def resolve(connection: Connection, text: str) -> tuple[Tenant, Actor]:
    """Tell whose key this is: the one look-up that is made before a tenant is known.

    Parameters
    ----------
    connection : Connection
        As the owner of the tables; no tenant's role.
    text : str
        As it was issued.

    Raises
    ------
    BadCredentials
        "API key must be valid; ..." for an unknown, wrong or revoked key, a closed shop and an inactive user
        alike.
    """
    prefix, _, secret = text.partition(".")
    row = connection.execute(_OPENED.where(schema.api_key.c.prefix == prefix)).first()
    kept = "" if row is None else row.secret_hash
    if not hmac.compare_digest(kept, _digest(secret)) or row is None:
        raise BadCredentials("API key")
    nobody = row.key_id if row.user_id is None else None
    return tenant_of(row), Actor(row.key_role, row.user_id, row.customer_id, nobody)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


_key, _tenant, _users = schema.api_key, schema.tenant, schema.users
_OPENED = (
    select(
        _tenant,
        _key.c.secret_hash,
        _key.c.id.label("key_id"),
        _key.c.role.label("key_role"),
        _key.c.user_id,
        _users.c.customer_id,
    )
    .select_from(_tenant.join(_key).outerjoin(_users, linked(_key, _users)))
    .where(
        _key.c.revoked_at.is_(None),
        _tenant.c.closed_at.is_(None),
        _key.c.user_id.is_(None) | (_users.c.active & (_users.c.role == _key.c.role)),
    )
)
