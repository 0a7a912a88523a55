"""API keys: a shop's programs show one in place of a password, and it alone tells the shop.

A key is a public prefix and a secret of 256 random bits. Of the secret its SHA-256 is kept: there is nothing to guess
in 256 random bits, so a slow hash, which every request would pay for, protects nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, and_, bindparam, insert, select, update

from commerce import schema
from commerce.actors import Actor, Role
from commerce.errors import Forbidden, NotFound
from commerce.machine import Fact, fire
from commerce.people import users
from commerce.people.passwords import BadCredentials
from commerce.states import USER
from commerce.tenants import Tenant, tenant_of
from commerce.work import Work


@dataclass(frozen=True)
class IssuedKey:
    """A new key; ``text`` is shown this once."""

    id: UUID
    text: str = field(repr=False)


@dataclass(frozen=True)
class Key:
    """A key as it may be listed."""

    id: UUID
    name: str
    prefix: str
    role: Role
    user_id: UUID | None
    created_at: datetime
    revoked_at: datetime | None


def issue(work: Work, name: str, role: Role, *, user_id: UUID | None = None) -> IssuedKey:
    """Give out a key.

    Parameters
    ----------
    work : Work
        By an admin of the shop.
    name : str
        What it is for.
    role : Role
        What may be done with it; superadmin only by a superadmin.
    user_id : UUID, optional
        Whose it is: it then acts as this user, and opens nothing once the user may not log in or has another role.

    Raises
    ------
    Forbidden
        "role must be one of admin for user.key_issued; got ..."
    RecordError
        "role must be one of ...; got ..."
    NotFound
        "user must exist; got ..."
    """
    users.may_grant(work, role)
    key, prefix, secret = work.new_id(), secrets.token_hex(8), secrets.token_urlsafe(32)
    fire(work, USER, user_id or key, Fact("user.key_issued", category=role, record=("key", key)))
    if user_id is not None and users.get(work, user_id).role != role:
        raise NotFound(f"user who is {role}", user_id)
    work.connection.execute(
        insert(_key).values(
            tenant_id=work.tenant.id,
            id=key,
            name=name,
            prefix=prefix,
            secret_hash=_digest(secret),
            role=role,
            user_id=user_id,
            created_at=work.now,
        )
    )
    return IssuedKey(key, f"{prefix}.{secret}")


def revoke(work: Work, key_id: UUID) -> None:
    """Take a key back; twice changes nothing.

    Raises
    ------
    Forbidden
        "role must be one of admin for user.key_revoked; got ..."
    NotFound
        "key must exist; got ..."
    """
    own = (_key.c.tenant_id == work.tenant.id, _key.c.id == key_id)
    fresh = update(_key).where(*own, _key.c.revoked_at.is_(None)).values(revoked_at=work.now)
    if work.connection.execute(fresh).rowcount:
        fire(work, USER, key_id, Fact("user.key_revoked", record=("key", key_id)))
    elif work.connection.execute(select(_key.c.id).where(*own)).first() is None:
        raise NotFound("key", key_id)


def list_keys(work: Work) -> list[Key]:
    """List the shop's keys, revoked ones too, for who runs the shop.

    Raises
    ------
    Forbidden
        "role must be one of admin for listing keys; got ..."
    """
    if not work.actor.runs_the_shop:
        raise Forbidden("listing keys", ("admin",), work.actor.role)
    query = select(*(_key.c[name] for name in Key.__dataclass_fields__))
    own = query.where(_key.c.tenant_id == work.tenant.id).order_by(_key.c.created_at, _key.c.id)
    return [Key(*row) for row in work.connection.execute(own)]


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
    row = connection.execute(_opened, {"prefix": prefix}).first()
    kept = "" if row is None else row.secret_hash
    if not hmac.compare_digest(kept, _digest(secret)) or row is None:
        raise BadCredentials("API key")
    return tenant_of(row), Actor(row.key_role, row.user_id, row.customer_id)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


_key, _tenant, _users = schema.api_key, schema.tenant, schema.users
_opened = (
    select(
        _tenant,
        _key.c.secret_hash,
        _key.c.role.label("key_role"),
        _key.c.user_id,
        _users.c.customer_id,
    )
    .join(_key, _key.c.tenant_id == _tenant.c.id)
    .outerjoin(_users, and_(_users.c.tenant_id == _key.c.tenant_id, _users.c.id == _key.c.user_id))
    .where(
        _key.c.prefix == bindparam("prefix"),
        _key.c.revoked_at.is_(None),
        _tenant.c.closed_at.is_(None),
        _key.c.user_id.is_(None) | (_users.c.active & (_users.c.role == _key.c.role)),
    )
)
