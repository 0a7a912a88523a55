"""Records of a bank's customers: nine fields that only the stream keeps, and a name that can be erased.

Each field that gets another value is an event, so a record can be read as it was known at any instant, and an answer
about it comes out the same when it is replayed. The balance stands there in minor units, as all money does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Connection

from commerce.people import customers
from commerce.people.bank_schema import BANK_V1, Value, check_field
from commerce.records.errors import CommerceError, NotFound
from commerce.records.machine import EventDraft, fire
from commerce.records.money import exact_minor, from_minor
from commerce.records.states import CUSTOMER
from commerce.records.stream import FEATURE_COLUMNS, customer_rows
from commerce.records.tenants import Tenant
from commerce.records.work import Work

BALANCE = "balance"
"""The field that is money."""

_TYPE, _REASON, _VALUE, _CATEGORY = map(
    FEATURE_COLUMNS.index, ("type", "reason", "value", "category")
)


@dataclass(frozen=True, kw_only=True)
class BankRecord:
    """A bank's customer.

    Attributes
    ----------
    customer_id : int or str
        The bank's own id, as a number where it is one; our number where the bank gave none.
    surname : str or None
        The name on record.
    fields : mapping of str to int, float, str or None
        All of `commerce.people.bank_schema.BANK_V1`; None where nothing was recorded.
    """

    customer_id: int | str
    surname: str | None
    fields: Mapping[str, Value | None] = field(default_factory=dict)


class NoBankRecord(NotFound):
    """A customer of whom no bank recorded anything."""

    def __init__(self, customer: UUID | str) -> None:
        CommerceError.__init__(
            self,
            f"bank record must exist; got none for customer {str(customer)!r}."
            f" Record it by PATCH /api/customers/{customer}/bank-profile.",
        )


def record(work: Work, customer_id: UUID, profile: Mapping[str, object]) -> None:
    """Record fields of a bank's customer; each that gets another value is emitted.

    Parameters
    ----------
    profile : mapping of str to object
        Fields of `commerce.people.bank_schema.BANK_V1`; what is left out stays.

    Raises
    ------
    NotFound
    RecordError
        "age must be 0 to 150; got -1. ...", "geography must be one of France, ...; got 'Peru'. ..."
    Forbidden
        "role must be one of admin, system for the bank record of a customer; got user. ..."
    Conflict
        "customer must not be erased; got ..."
    """
    customers.fetch_own(work, customer_id, lock=True)
    work.actor.require("the bank record of a customer", "admin", "system")
    checked = {name: check_field(name, value) for name, value in profile.items()}
    known = bank_fields(work.connection, work.tenant, customer_id, _AFTER_ALL)
    events = [
        _draft(customer_id, name, value, work.tenant.currency)
        for name, value in checked.items()
        if value != known.get(name)
    ]
    if events:
        fire(work, CUSTOMER, customer_id, *events)


def get(work: Work, customer_id: UUID | str) -> BankRecord:
    """Read a bank's customer, by any of its names: its own business, and who runs the bank's.

    Raises
    ------
    NotFound
        "customer must exist; got ..."
    NoBankRecord
        "bank record must exist; got none for ..."
    """
    customer = customers.get(work, customer_id)
    known = bank_fields(work.connection, work.tenant, customer.id, _AFTER_ALL)
    if not known:
        raise NoBankRecord(customer_id)
    return BankRecord(
        customer_id=own_number(customer.external_id, customer.number),
        surname=customer.full_name,
        fields={name: known.get(name) for name in BANK_V1},
    )


def bank_fields(
    connection: Connection,
    tenant: Tenant,
    customer_id: UUID,
    before: int,
    *,
    backfills: int | None = None,
) -> dict[str, Value]:
    """Give what was known of a bank's customer before an instant.

    Parameters
    ----------
    before : int
        Microseconds since 1970 UTC.
    backfills : int, optional
        As `commerce.records.stream.customer_rows` takes it.

    Returns
    -------
    dict of str to int, float or str
        The fields that were recorded, as they were last.
    """
    found: dict[str, Value] = {}
    for row in customer_rows(connection, tenant.id, customer_id, before, backfills=backfills):
        name = row[_REASON]
        if row[_TYPE] == "customer.profiled" and name in BANK_V1:
            value = row[_CATEGORY] if BANK_V1[name].values else row[_VALUE]
            if name == BALANCE and value is not None:
                balance = float(from_minor(value, tenant.currency))
                value = int(balance) if balance.is_integer() else balance
            if value is not None:
                found[name] = value
    return found


def own_number(external_id: str | None, number: int) -> int | str:
    """Give a customer's id as its bank writes it.

    Examples
    --------
    >>> own_number("15634602", 3), own_number("C-17", 3), own_number(None, 3)
    (15634602, 'C-17', 3)
    """
    if external_id is None:
        return number
    is_number = external_id.isascii() and external_id.isdigit() and len(external_id) < _DIGITS
    return int(external_id) if is_number and str(int(external_id)) == external_id else external_id


_DIGITS = 19
_AFTER_ALL = 2**62
"""An instant after whatever is recorded."""


def _draft(customer_id: UUID, name: str, value: Value, currency: str) -> EventDraft:
    if isinstance(value, str):
        return EventDraft("customer.profiled", customer_id=customer_id, reason=name, category=value)
    if name == BALANCE:
        value = exact_minor(Decimal(str(value)), currency, BALANCE)
    return EventDraft("customer.profiled", customer_id=customer_id, reason=name, value=int(value))
