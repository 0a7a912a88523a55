"""Customers: registered, changed, listed and erased.

Names, addresses and notes stand in tables that can be erased; the stream says only that they changed. What
is left of an erased customer is a pseudonym under which ledger and features still add up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, or_

from commerce.people.bank_schema import BANK_V1, check_field
from commerce.records import rows, schema
from commerce.records.arguments import checked
from commerce.records.errors import Conflict, RecordError, existing
from commerce.records.identity import as_uuid, number_of, reserve_numbers, resolve
from commerce.records.machine import EventDraft, fire
from commerce.records.states import CUSTOMER
from commerce.records.work import Work
from tabular.errors import did_you_mean

PROFILE: Mapping[str, bool] = {"full_name": False, "email": False, "phone": False, "country": True}
"""Fields of a profile, and whether the stream may hold their value: never one that names somebody."""

FIGURES: Mapping[str, bool] = {
    "newsletter": True,
    "age": False,
    "balance": False,
    "credit_score": False,
    "has_cr_card": False,
    "is_active_member": False,
    "num_of_products": False,
}
"""Whole numbers about a customer that only the stream keeps, and whether customers give them themselves."""

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class Customer(NamedTuple):
    """Somebody who buys.

    ``latitude`` and ``longitude`` are in degrees; ``erased_at`` is set once the personal fields are gone.
    """

    id: UUID
    number: int
    external_id: str | None
    full_name: str | None
    email: str | None
    phone: str | None
    country: str | None
    latitude: float | None
    longitude: float | None
    address: str | None
    created_at: datetime
    erased_at: datetime | None


def email_address(text: str) -> str:
    """Check an e-mail address and write it in lower case.

    Raises
    ------
    RecordError
        "e-mail address must be of the form name@host; got ..."

    Examples
    --------
    >>> email_address("Ada@Example.org")
    'ada@example.org'
    """
    if not _EMAIL.fullmatch(text):
        raise RecordError(
            f"e-mail address must be of the form name@host; got {text!r}. Correct it."
        )
    return text.lower()


def check_place(latitude: float | None, longitude: float | None) -> None:
    """Check that a place, where it is known, is on the globe; in degrees.

    Raises
    ------
    RecordError
        "latitude must be -90 to 90 degrees; got ..."

    Examples
    --------
    >>> check_place(52.5, 13.4)
    """
    for name, value, bound in (("latitude", latitude, 90), ("longitude", longitude, 180)):
        if value is not None and not -bound <= value <= bound:  # refuses NaN, too
            raise RecordError(
                f"{name} must be -{bound} to {bound} degrees; got {value}. Correct it."
            )


@checked
def register(
    work: Work,
    *,
    full_name: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    country: str | None = None,
    external_id: str | None = None,
    channel: str | None = None,
) -> UUID:
    """Register a customer: done by who runs the shop; who signs up is registered by the system.

    Parameters
    ----------
    full_name, email, phone : str, optional
        Kept here, never emitted. An e-mail address is kept in lower case and is unique in its shop.
    country : str, optional
        Emitted with the event.
    external_id : str, optional
        The shop's own id, unique in its shop.
    channel : str, optional
        Where the customer came from; emitted with the event.

    Raises
    ------
    Forbidden
        "role must be one of admin, system for customer.registered; got user. ..."
    RecordError
        "e-mail address must be of the form name@host; got ..."
    Conflict
        "e-mail address must be new; got ..., which is taken. ..."
    """
    work.actor.require("customer.registered", "admin", "system")
    customer = work.new_id()
    profile = _cleaned({"full_name": full_name, "email": email, "phone": phone, "country": country})
    number = reserve_numbers(work.connection, work.tenant, "customer", 1)
    known = {"id": customer, "number": number, "external_id": external_id, "created_at": work.now}
    with rows.unique("e-mail address or external id", email or external_id):
        rows.add(work, schema.customer, **known, **profile)
    event = EventDraft(
        "customer.registered", customer_id=customer, method=channel, category=profile["country"]
    )
    fire(work, CUSTOMER, customer, event)
    return customer


def get(work: Work, customer_id: UUID | str) -> Customer:
    """Read a customer, by id or a key of `commerce.records.identity`: its own business, and who runs the shop's."""
    meant = resolve(work.connection, schema.customer, work.tenant, customer_id)
    return rows.shown(Customer, fetch_own(work, existing(meant, CUSTOMER.kind, customer_id)))


@checked
def list_customers(
    work: Work,
    *,
    search: str | None = None,
    country: str | None = None,
    ordering: str | None = None,
    limit: int = 100,
    offset: int = 0,
) -> rows.Part[Customer]:
    """List customers; who does not run the shop sees at most itself.

    Parameters
    ----------
    search : str, optional
        Part of a name, an e-mail address, a phone number or the shop's own id, in whatever case; or the whole of our
        number or id.
    ordering : str, optional
        ``number`` (default), ``created_at``, ``full_name`` or ``email``, ``-`` before it for the other direction.

    Raises
    ------
    RecordError
        "ordering must be one of number, ...; got ..."
    """
    table = schema.customer
    conditions = [rows.visible(work, table.c.id, work.actor.customer_id)]
    if search:
        parts = (table.c[name].icontains(search, autoescape=True) for name in _SEARCHED)
        number, ours = number_of(search), as_uuid(search)
        named = [table.c.number == number] if number is not None else []
        named += [table.c.id == ours] if ours is not None else []
        conditions.append(or_(*parts, *named))
    return rows.part(
        work,
        Customer,
        table,
        *conditions,
        *rows.asked(table, country=country),
        order=rows.ordered(table, ordering, "number", "created_at", "full_name", "email", "id"),
        limit=limit,
        offset=offset,
    )


_SEARCHED = ("full_name", "email", "phone", "external_id")


def change(work: Work, customer_id: UUID, fields: Mapping[str, str | None]) -> None:
    """Change fields of a profile, all of `PROFILE`; each that gets another value is emitted, by name.

    Raises
    ------
    NotFound
    RecordError
        "profile field must be known; got ..." or "e-mail address must be of the form name@host; got ..."
    Conflict
        "customer must not be erased; got ..." or "e-mail address must be new; got ..."
    """
    row = fetch_own(work, customer_id, lock=True)
    for name in fields:
        if name not in PROFILE:
            raise RecordError(
                f"profile field must be known; got {name!r}. {did_you_mean(name, PROFILE)}"
            )
    new = {name: value for name, value in _cleaned(fields).items() if value != getattr(row, name)}
    if new:
        with rows.unique("e-mail address", new.get("email")):
            rows.change(work, schema.customer, customer_id, **new)
        values = {name: value if PROFILE[name] else None for name, value in new.items()}
        _emit_changes(work, customer_id, values)


@checked
def record_figure(work: Work, customer_id: UUID, figure: str, value: int) -> None:
    """Record a figure of a customer, such as an age or another institution's credit score; the latest counts.

    Parameters
    ----------
    figure : str
        Of `FIGURES`; yes and no are 1 and 0.

    Raises
    ------
    NotFound
    RecordError
        "figure must be known; got ..."
    Forbidden
        "role must be one of admin, system for the credit_score of a customer; got ..."
    """
    fetch_own(work, customer_id, lock=True)
    if figure not in FIGURES:
        raise RecordError(f"figure must be known; got {figure!r}. {did_you_mean(figure, FIGURES)}")
    if not FIGURES[figure]:
        work.actor.require(f"the {figure} of a customer", "admin", "system")
    if figure in BANK_V1 and figure != "balance":  # which is in minor units here
        check_field(figure, value)
    event = EventDraft("customer.profiled", customer_id=customer_id, reason=figure, value=value)
    fire(work, CUSTOMER, customer_id, event)


@checked
def set_location(
    work: Work, customer_id: UUID, latitude: float, longitude: float, address: str | None = None
) -> None:
    """Set where a customer gets its orders; the stream says that it changed, never where.

    Parameters
    ----------
    latitude : float
        Degrees, -90 to 90.
    longitude : float
        Degrees, -180 to 180.

    Raises
    ------
    NotFound
    RecordError
        "latitude must be -90 to 90 degrees; got ..."
    Conflict
        "customer must not be erased; got ..."
    """
    check_place(latitude, longitude)
    fetch_own(work, customer_id, lock=True)
    place = {"latitude": latitude, "longitude": longitude, "address": address}
    rows.change(work, schema.customer, customer_id, **place)
    _emit_changes(work, customer_id, {"location": None})


def fetch_own(
    work: Work, customer_id: UUID, *, lock: bool = False, erased: bool = False
) -> Row[Any]:
    """Read a customer's row if it is the actor's business; by default an erased one is not locked for a change.

    Raises
    ------
    NotFound
    Conflict
        "customer must not be erased; got ..."
    """
    work.actor.require_own("customer", customer_id, customer_id)
    row = rows.find(work, schema.customer, customer_id, lock=lock)
    if lock and not erased and row.erased_at is not None:
        raise Conflict(f"customer must not be erased; got {customer_id}. Register anew.")
    return row


def _cleaned(fields: Mapping[str, str | None]) -> dict[str, str | None]:
    """Strip blanks; empty is none."""
    values = {name: (value or "").strip() or None for name, value in fields.items()}
    if values.get("email"):
        values["email"] = email_address(str(values["email"]))
    return values


def _emit_changes(work: Work, customer_id: UUID, values: Mapping[str, str | None]) -> None:
    """Emit which fields changed, and to what where the stream may know."""
    events = [
        EventDraft("customer.profiled", customer_id=customer_id, reason=name, category=value)
        for name, value in values.items()
    ]
    fire(work, CUSTOMER, customer_id, *events)
