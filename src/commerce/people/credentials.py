"""Getting in: by name and password, again by what a session remembers, or by an API key.

A shop's programs show a key in place of a password, and it alone tells the shop: a public prefix and a secret of
256 random bits. Of the secret its SHA-256 is kept: there is nothing to guess in it, so a slow hash, which every
request would pay for, protects nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Engine, Row, select, update

from commerce.people import users
from commerce.people.passwords import BadCredentials, hashed, is_stale, verify
from commerce.records import rows, schema
from commerce.records.actors import SYSTEM, Actor, Role
from commerce.records.arguments import checked
from commerce.records.errors import Conflict, NotFound, RecordError
from commerce.records.instants import to_micros
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
        fresh = hashed(password)
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
    expires_at: datetime | None
    scopes: list[str] | None


class Opened(NamedTuple):
    """What a key opens; ``scopes`` is None where it may do whatever its role may."""

    tenant: Tenant
    actor: Actor
    key_id: UUID
    scopes: list[str] | None


@checked
def issue(
    work: Work,
    name: str,
    role: Role,
    *,
    user_id: UUID | None = None,
    scopes: Sequence[str] | None = None,
    expires_at: datetime | None = None,
) -> IssuedKey:
    """Give out a key. By an admin of the shop.

    Parameters
    ----------
    name : str
        What it is for.
    role : Role
        What may be done with it; superadmin only by a superadmin.
    user_id : UUID, optional
        Whose it is: it then acts as this user, and opens nothing once the user may not log in or has another role.
    scopes : sequence of str, optional
        What it may be used for, in the words of who asks for them; None for whatever the role may.
    expires_at : datetime, optional
        Aware; from then on it opens nothing.

    Raises
    ------
    Forbidden, NotFound
    RecordError
        "role must be one of ...; got ..." or "expires at must be later than now; got ..."
    """
    users.may_grant(work, role)
    if expires_at is not None and to_micros(expires_at) <= work.now:
        raise RecordError(
            f"expires at must be later than now; got {expires_at.isoformat()}. Leave it out for never."
        )
    key, (prefix, secret) = work.new_id(), _drawn()
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
        expires_at=expires_at,
        scopes=None if scopes is None else list(scopes),
    )
    return IssuedKey(key, f"{prefix}.{secret}")


def rotate(work: Work, key_id: UUID) -> IssuedKey:
    """Give a key another secret; the one of before opens nothing from then on. By an admin of the shop.

    Raises
    ------
    Forbidden, NotFound
    Conflict
        "key must not be revoked; got ..."
    """
    work.actor.require("user.key_issued", "admin")
    row = rows.find(work, schema.api_key, key_id, "key", lock=True)
    users.may_grant(work, row.role)
    if row.revoked_at is not None:
        raise Conflict(f"key must not be revoked; got {key_id}. Issue a new one.")
    prefix, secret = _drawn()
    event = EventDraft("user.key_issued", category=row.role, record=("key", key_id))
    fire(work, USER, row.user_id or key_id, event)
    rows.change(work, schema.api_key, key_id, prefix=prefix, secret_hash=_digest(secret))
    return IssuedKey(key_id, f"{prefix}.{secret}")


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


def get(work: Work, key_id: UUID) -> Key:
    """Read a key, as `list_keys` shows it, for who runs the shop.

    Raises
    ------
    Forbidden, NotFound
    """
    work.actor.require("reading keys", "admin", "system")
    return rows.shown(Key, rows.find(work, schema.api_key, key_id, "key"))


@checked
def resolve(connection: Connection, text: str, *, now: datetime) -> Opened:
    """Tell whose key this is: the one look-up that is made before a tenant is known.

    Parameters
    ----------
    connection : Connection
        As the owner of the tables; no tenant's role.
    text : str
        As it was issued.
    now : datetime
        Aware.

    Raises
    ------
    BadCredentials
        "API key must be valid; ..." for an unknown, wrong, revoked or expired key, a closed shop and an inactive
        user alike.
    """
    prefix, _, secret = text.partition(".")
    row = connection.execute(_OPENED.where(schema.api_key.c.prefix == prefix)).first()
    kept = "" if row is None else row.secret_hash
    if not hmac.compare_digest(kept, _digest(secret)) or row is None or _ended(row, now):
        raise BadCredentials("API key")
    nobody = row.key_id if row.user_id is None else None
    actor = Actor(row.key_role, row.user_id, row.customer_id, nobody)
    return Opened(tenant_of(row), actor, row.key_id, row.scopes)


def shops_of(connection: Connection, username: str) -> list[Tenant]:
    """Find the open shops in which somebody logs in by a name; as the owner of the tables, before a tenant is known."""
    found = connection.execute(
        select(_tenant)
        .join(_users, _users.c.tenant_id == _tenant.c.id)
        .where(_users.c.username == username.strip().lower(), _tenant.c.closed_at.is_(None))
    )
    return [tenant_of(row) for row in found]


def _ended(row: Row[Any], now: datetime) -> bool:
    return row.expires_at is not None and row.expires_at <= now


def _drawn() -> tuple[str, str]:
    """Draw a public prefix and a secret."""
    return secrets.token_hex(8), secrets.token_urlsafe(32)


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
        _key.c.expires_at,
        _key.c.scopes,
        _users.c.customer_id,
    )
    .select_from(_tenant.join(_key).outerjoin(_users, linked(_key, _users)))
    .where(
        _key.c.revoked_at.is_(None),
        _tenant.c.closed_at.is_(None),
        _key.c.user_id.is_(None) | (_users.c.active & (_users.c.role == _key.c.role)),
    )
)
