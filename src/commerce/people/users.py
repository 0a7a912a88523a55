"""Users: who logs in to a shop, in which role.

An admin manages the users of the own shop and makes nobody a superadmin; a superadmin may do both.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Row, select

from commerce.people import customers
from commerce.people.passwords import BadCredentials, PasswordHash, verify
from commerce.records import rows, schema
from commerce.records.actors import SYSTEM, Actor, Role
from commerce.records.arguments import checked
from commerce.records.errors import Conflict, Forbidden, RecordError, check_choice
from commerce.records.machine import EventDraft, fire
from commerce.records.states import USER
from commerce.records.work import Work

_USERNAME = re.compile(r"[a-z0-9@.+_-]{1,150}")


class User(NamedTuple):
    """Somebody who can log in, without what he logs in with."""

    id: UUID
    username: str
    email: str | None
    role: Role
    customer_id: UUID | None
    active: bool
    created_at: datetime

    @property
    def actor(self) -> Actor:
        """Who acts when this user does."""
        return Actor(self.role, self.id, self.customer_id)


def login_name(text: str) -> str:
    """Check a name to log in by and write it in lower case.

    Raises
    ------
    RecordError
        "username must be 1 to 150 letters, digits or @.+-_; got ..."

    Examples
    --------
    >>> login_name(" Ada ")
    'ada'
    """
    name = text.strip().lower()
    if not _USERNAME.fullmatch(name):
        raise RecordError(
            f"username must be 1 to 150 letters, digits or @.+-_; got {text!r}. Choose another."
        )
    return name


@checked
def create(
    work: Work,
    username: str,
    password: PasswordHash,
    *,
    role: Role = "user",
    email: str | None = None,
    customer_id: UUID | None = None,
) -> UUID:
    """Let somebody log in. By an admin or the system.

    Parameters
    ----------
    username : str
        Kept in lower case, unique in its shop.
    password : PasswordHash
        From `commerce.people.passwords.hash_password`, made before the transaction opened.
    role : Role, default "user"
        Only a superadmin or the system makes a superadmin.
    email : str, optional
        Where notifications are mailed.
    customer_id : UUID, optional
        The customer that the user is; who buys or bids has one.

    Raises
    ------
    Forbidden, NotFound
    RecordError
        "username must be 1 to 150 letters, digits or @.+-_; got ..." or "role must be one of ...; got ..."
    Conflict
        "username must be new; got ..., which is taken. ..."
    """
    may_grant(work, role)
    name = login_name(username)
    if customer_id is not None:
        customers.get(work, customer_id)
    user = work.new_id()
    fire(work, USER, user, EventDraft("user.created", category=role))
    with rows.unique("username or customer of a user", name):
        rows.add(
            work,
            schema.users,
            id=user,
            username=name,
            password_hash=password,
            role=role,
            email=None if email is None else customers.email_address(email),
            customer_id=customer_id,
            active=True,
            created_at=work.now,
        )
    return user


@checked
def sign_up(
    work: Work,
    username: str,
    password: PasswordHash,
    *,
    email: str,
    full_name: str | None = None,
    phone: str | None = None,
    country: str | None = None,
) -> Actor:
    """Register somebody who comes from outside, as a customer and as a user.

    Raises
    ------
    RecordError, Conflict
        As `create` and `commerce.people.customers.register` do.
    """
    system = work.acting_as(SYSTEM)
    customer = customers.register(
        system, full_name=full_name, email=email, phone=phone, country=country, channel="sign_up"
    )
    user = create(system, username, password, email=email, customer_id=customer)
    return Actor("user", user, customer)


def get(work: Work, user_id: UUID) -> User:
    """Read a user: its own business, and that of who runs the shop."""
    work.actor.require_own("user", user_id, user_id)
    return rows.shown(User, rows.find(work, schema.users, user_id, "user"))


def myself(work: Work) -> User:
    """Read the user who acts.

    Raises
    ------
    NotFound
        "user must exist; got ..." for a program, and for a superadmin who looks at another shop.
    """
    return rows.shown(User, rows.find(work, schema.users, work.actor.user_id, "user"))


@checked
def list_users(work: Work, *, limit: int = 100, offset: int = 0) -> rows.Part[User]:
    """List the users of the shop by name; who does not run the shop sees itself."""
    table = schema.users
    mine = rows.visible(work, table.c.id, work.actor.user_id)
    order = (table.c.username,)
    return rows.part(work, User, table, mine, order=order, limit=limit, offset=offset)


def has_admin(connection: Connection) -> bool:
    """Tell whether somebody who runs an open shop can log in; as the owner of the tables."""
    table, tenant = schema.users, schema.tenant
    found = (
        select(table.c.id)
        .join(tenant, tenant.c.id == table.c.tenant_id)
        .where(
            table.c.role.in_(("admin", "superadmin")), table.c.active, tenant.c.closed_at.is_(None)
        )
    )
    return connection.execute(found.limit(1)).first() is not None


def change_role(work: Work, user_id: UUID, role: Role) -> None:
    """Give a user of the shop another role.

    Raises
    ------
    NotFound
    Forbidden
        Where the actor is no admin, or one of both roles is superadmin and the actor is none.
    Conflict
        "user must be somebody else; got oneself. ..."
    """
    may_grant(work, role)
    _managed(work, user_id)
    fire(work, USER, user_id, EventDraft("user.changed", reason="role", category=role))
    rows.change(work, schema.users, user_id, role=role)


def activate(work: Work, user_id: UUID) -> None:
    """Let a user log in again who was kept from it. Twice changes nothing.

    Raises
    ------
    Forbidden, NotFound, Conflict
        As `change_role`; also for who was erased.
    """
    row = _managed(work, user_id)
    if not row.password_hash:
        raise Conflict(f"user must not be erased; got {user_id}. Create another.")
    if not row.active:
        fire(work, USER, user_id, EventDraft("user.changed", reason="activated"))
        rows.change(work, schema.users, user_id, active=True)


def deactivate(work: Work, user_id: UUID) -> None:
    """Keep a user from logging in; what was done in the user's name stays. Twice changes nothing.

    Raises
    ------
    Forbidden, NotFound, Conflict
        As `change_role`.
    """
    if _managed(work, user_id).active:
        fire(work, USER, user_id, EventDraft("user.deactivated"))
        rows.change(work, schema.users, user_id, active=False)


@checked
def change_password(
    work: Work, user_id: UUID, new: PasswordHash, *, current: str | None = None
) -> None:
    """Change a password: one's own by giving the ``current`` one, another's as an admin.

    Raises
    ------
    BadCredentials
        "current password must be valid; ..."
    Forbidden, NotFound
        As `change_role`.
    """
    if work.actor.user_id == user_id:
        row = rows.find(work, schema.users, user_id, "user", lock=True)
        if not verify(row.password_hash, current or ""):
            raise BadCredentials("current password")
    else:
        _managed(work, user_id)
    fire(work, USER, user_id, EventDraft("user.changed", reason="password"))
    rows.change(work, schema.users, user_id, password_hash=new)


def _managed(work: Work, user_id: UUID) -> Row[Any]:
    """Read a user whom the actor may manage: of the own shop, not oneself, no superadmin by an admin."""
    work.actor.require("user.changed", "admin", "system")
    row = rows.find(work, schema.users, user_id, "user", lock=True)
    may_grant(work, row.role)
    if work.actor.user_id == user_id:
        raise Conflict("user must be somebody else; got oneself. Ask another admin.")
    return row


def may_grant(work: Work, role: Role) -> None:
    """Check that there is such a role, and that the actor may give it to somebody.

    Raises
    ------
    RecordError
        "role must be one of ...; got ..."
    Forbidden
        "role must be one of superadmin for a superadmin; got ..."
    """
    check_choice("role", role, schema.ROLES)
    if role == "superadmin" and not work.actor.may_act_as("superadmin", "system"):
        raise Forbidden("a superadmin", ("superadmin",), work.actor.role)
