"""Logging in: by name and password, and again by what a session remembers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine, select, update

from commerce import schema
from commerce.actors import SYSTEM, Actor
from commerce.errors import NotFound
from commerce.people import users
from commerce.people.passwords import BadCredentials, hash_password, is_stale, verify
from commerce.tenants import Tenant
from commerce.work import Work, looking, working

_users = schema.users


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
    named = select(_users).where(
        _users.c.tenant_id == tenant.id, _users.c.username == username.strip().lower()
    )
    with looking(engine, tenant, SYSTEM, now=now) as work:
        row = work.connection.execute(named).first()
    right = verify(None if row is None else row.password_hash, password)
    if row is None or not right or not row.active:
        raise BadCredentials("username and password")
    if is_stale(row.password_hash):
        same = (
            _users.c.tenant_id == tenant.id,
            _users.c.id == row.id,
            _users.c.password_hash == row.password_hash,
        )
        fresh = update(_users).where(*same).values(password_hash=hash_password(password))
        with working(engine, tenant, SYSTEM, now=now) as work:
            work.connection.execute(fresh)
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
