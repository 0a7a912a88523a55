"""Invoices that are open, and what would be on record if they were paid now: features of what has not happened.

Rows that the shop would write are put behind those it has, and the customer's features are evaluated as ever. So they
agree with each other, however they depend on one another.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from commerce.records.stream import ANNULLED, FEATURE_COLUMNS
from features.declaring.activities import invoices
from features.declaring.origins import Aggregates
from features.evaluating.aggregates import (
    AGGREGATE,
    AGGREGATE_PLACE,
    DUE,
    EVENT_PLACE,
    ID,
    TYPE,
    Row,
    aggregate_rows,
)

_CUSTOMER = FEATURE_COLUMNS.index("customer_id")


class OpenInvoice(NamedTuple):
    """An invoice of which something is not paid; amounts in minor units, instants in epoch microseconds."""

    id: str
    """32 hexadecimal digits, or what an import called it."""
    amount: int
    balance: int
    due_at: int | None
    method: str | None


def open_invoices(rows: Sequence[Row], cutoff: int) -> list[OpenInvoice]:
    """List a customer's open invoices, the first due first.

    Parameters
    ----------
    rows : sequence of event rows
        As ``commerce.records.stream.customer_rows`` gives them.
    cutoff : int, epoch microseconds
        Up to when they are known.
    """
    origin = invoices.origin
    assert isinstance(origin, Aggregates)
    annulled = {row[EVENT_PLACE["value"]] for row in rows if row[TYPE] == ANNULLED}
    kinds = {*origin.open, *origin.close}
    known = [row for row in rows if row[TYPE] in kinds and row[ID] not in annulled]
    by_id = {row[ID]: row for row in known}
    found = []
    for invoice in aggregate_rows(origin, known, cutoff):
        if invoice[AGGREGATE_PLACE["is_open"]]:
            issued = by_id[invoice[AGGREGATE_PLACE["id"]]]
            found.append(
                OpenInvoice(
                    id=issued[AGGREGATE],
                    amount=invoice[AGGREGATE_PLACE["opened"]],
                    balance=invoice[AGGREGATE_PLACE["balance"]],
                    due_at=issued[DUE],
                    method=issued[EVENT_PLACE["method"]],
                )
            )
    return sorted(found, key=lambda each: (each.due_at is None, each.due_at or 0, each.id))


def as_if_paid(rows: Sequence[Row], paid: Sequence[OpenInvoice], at: int) -> list[list[Row]]:
    """Put behind a customer's rows what would be on record if invoices were paid at an instant.

    Parameters
    ----------
    rows : sequence of event rows
        The customer's.
    paid : sequence of OpenInvoice
        In full.
    at : int, epoch microseconds
        When; features see it from one microsecond later on.

    Returns
    -------
    list of list of event rows
        For each of what a shop may record of it: that the invoices are paid, and nothing else, as where history is
        imported; that the money arrived, too; and that this pays for their orders.
    """
    settled = [_row(rows, "invoice.paid", "invoice", each, at, each.balance) for each in paid]
    captured = [_row(rows, "payment.captured", "payment", each, at, each.balance) for each in paid]
    orders = [_row(rows, "order.paid", "order", each, at, each.amount) for each in paid]
    return [
        _numbered(rows, more)
        for more in (settled, [*captured, *settled], [*captured, *settled, *orders])
    ]


def _row(
    rows: Sequence[Row], kind: str, of: str, invoice: OpenInvoice, at: int, amount: int
) -> Row:
    """Write an event row about an invoice; without an id yet."""
    said = {
        "type": kind,
        "customer_id": rows[0][_CUSTOMER],
        "aggregate_type": of,
        "aggregate_id": invoice.id,
        "occurred_at": at,
        "recorded_at": at,
        "base_minor": amount,
        "method": invoice.method,
    }
    return tuple(said.get(name) for name in FEATURE_COLUMNS)


def _numbered(rows: Sequence[Row], more: Sequence[Row]) -> list[Row]:
    """Number new rows behind those that are there."""
    last = max(row[ID] for row in rows)
    return [*rows, *((last + place, *row[1:]) for place, row in enumerate(more, start=1))]
