"""Who is logged in: by refresh tokens, each good for one use, or in a browser; kept in the table ``login``.

A login is one row. Its text is its id and a secret, of which only the hash is kept. A refresh gives the row another
secret; whoever comes with an earlier one holds a copy, so the whole login ends, for both. That it was an earlier one is
told by the mark that every secret ends with, which only this server can make: who knows no more than the id, which
stands in logs, ends nobody's login.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

from sqlalchemy import Connection, Engine, Row, insert, select, update

from commerce.records import schema
from commerce.records.actors import Actor
from commerce.records.database import writing
from commerce.records.identity import as_uuid
from commerce.records.sql import linked
from commerce.records.tenants import Tenant, tenant_of
from commerce.records.work import Work
from serving.access.callers import Caller
from serving.access.tokens import refused
from serving.schema import login

LIFETIMES = {"refresh": timedelta(days=14), "session": timedelta(hours=12)}
"""How long a login lasts by kind, from its beginning."""

Kind = Literal["refresh", "session"]


def begin(
    engine: Engine, tenant: Tenant, user_id: UUID, kind: Kind, *, key: bytes, now: datetime
) -> str:
    """Log a user in; give the text that proves it, shown this once.

    Parameters
    ----------
    key : bytes
        By which this server marks what it gives out.
    """
    login_id = uuid4()
    secret = _drawn(login_id, key)
    row = {
        "tenant_id": tenant.id,
        "id": login_id,
        "user_id": user_id,
        "kind": kind,
        "secret_hash": _digest(secret),
        "created_at": now,
        "expires_at": now + LIFETIMES[kind],
    }
    with writing(engine) as connection:
        connection.execute(insert(login), row)
    return f"{login_id.hex}.{secret}"


def find(connection: Connection, login_id: UUID, tenant_id: int, *, now: datetime) -> Caller:
    """Tell whose login it is, in the role the user has today.

    Raises
    ------
    Unauthorised
        Where it ended, or the user may no longer log in, or the shop is closed.
    """
    row = _look(connection, login_id)
    if row is None or row.tenant_id != tenant_id or _over(row, now):
        raise refused()
    return _caller(row)


def resume(connection: Connection, text: str, kind: Kind, *, now: datetime) -> Caller:
    """Tell whose login a text proves, as `find` does."""
    row, right = _proved(connection, text, kind)
    if row is None or not right or _over(row, now):
        raise refused(kind)
    return _caller(row)


def rotate(engine: Engine, text: str, *, key: bytes, now: datetime) -> tuple[Caller, str]:
    """Take a refresh token for the next one; the login ends where one is used again.

    Parameters
    ----------
    key : bytes
        As `begin` was given.

    Returns
    -------
    tuple of Caller and str
        Whose it is, and the token that counts from now on.

    Raises
    ------
    Unauthorised
        "refresh token must be valid and not expired; ..."
    """
    with writing(engine) as connection:
        row, right = _proved(connection, text, "refresh", lock=True)
        if row is None:
            raise refused("refresh token")
        fresh = _drawn(row.login_id, key)
        mine = update(login).where(login.c.tenant_id == row.tenant_id, login.c.id == row.login_id)
        if right and not _over(row, now):
            connection.execute(mine.values(secret_hash=_digest(fresh)))
        elif not right and _is_ours(row.login_id, text.partition(".")[2], key):
            connection.execute(mine.where(login.c.revoked_at.is_(None)).values(revoked_at=now))
    if not right or _over(row, now):
        raise refused("refresh token")
    return _caller(row), f"{row.login_id.hex}.{fresh}"


def end(engine: Engine, text: str, *, now: datetime) -> None:
    """Log out by what proves a login; what proves none changes nothing."""
    with writing(engine) as connection:
        row, right = _proved(connection, text)
        if row is not None and right:
            mine = (login.c.tenant_id == row.tenant_id, login.c.id == row.login_id)
            connection.execute(
                update(login).where(*mine, login.c.revoked_at.is_(None)).values(revoked_at=now)
            )


def end_one(work: Work, caller: Caller) -> None:
    """Log a caller out, whose credential is a login."""
    kind, _, name = caller.credential.partition(":")
    if kind == "login":
        mine = (login.c.tenant_id == work.tenant.id, login.c.id == UUID(name))
        work.connection.execute(
            update(login).where(*mine, login.c.revoked_at.is_(None)).values(revoked_at=work.now)
        )


def end_all(work: Work, user_id: UUID) -> None:
    """Log a user out everywhere, in the transaction that gives a reason to."""
    mine = (login.c.tenant_id == work.tenant.id, login.c.user_id == user_id)
    work.connection.execute(
        update(login).where(*mine, login.c.revoked_at.is_(None)).values(revoked_at=work.now)
    )


def _proved(
    connection: Connection, text: str, kind: Kind | None = None, *, lock: bool = False
) -> tuple[Row[Any] | None, bool]:
    """Find the login that a text names, and tell whether the text proves it."""
    name, _, secret = text.partition(".")
    key = as_uuid(name) if name.isascii() else None
    row = None if key is None else _look(connection, key, lock=lock)
    if row is None or (kind is not None and row.kind != kind):
        return None, False
    return row, hmac.compare_digest(row.secret_hash, _digest(secret))


def _drawn(login_id: UUID, key: bytes) -> str:
    """Draw a secret that nobody can guess, and mark it."""
    drawn = secrets.token_urlsafe(32)
    return f"{drawn}.{_mark(login_id, drawn, key)}"


def _is_ours(login_id: UUID, secret: str, key: bytes) -> bool:
    """Whether a secret was once drawn here for this login."""
    drawn, _, mark = secret.rpartition(".")
    return hmac.compare_digest(_mark(login_id, drawn, key).encode(), mark.encode(errors="replace"))


def _mark(login_id: UUID, drawn: str, key: bytes) -> str:
    said = login_id.bytes + drawn.encode(errors="replace")
    return hmac.digest(key, said, hashlib.sha256).hex()[:32]


def _look(connection: Connection, login_id: UUID, *, lock: bool = False) -> Row[Any] | None:
    query = _LOGINS.where(login.c.id == login_id)
    return connection.execute(query.with_for_update(of=login) if lock else query).first()


def _over(row: Row[Any], now: datetime) -> bool:
    return not row.active or bool(row.revoked_at or row.closed_at) or row.expires_at <= now


def _caller(row: Row[Any]) -> Caller:
    actor = Actor(row.role, row.user_id, row.customer_id)
    return Caller(tenant=tenant_of(row), actor=actor, credential=f"login:{row.login_id.hex}")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


_users = schema.users
_LOGINS = select(
    schema.tenant,
    login.c.id.label("login_id"),
    login.c.tenant_id,
    login.c.kind,
    login.c.secret_hash,
    login.c.expires_at,
    login.c.revoked_at,
    _users.c.id.label("user_id"),
    _users.c.role,
    _users.c.active,
    _users.c.customer_id,
).select_from(
    schema.tenant.join(login, login.c.tenant_id == schema.tenant.c.id).join(
        _users, linked(login, _users)
    )
)
"""A login with its user and shop."""
