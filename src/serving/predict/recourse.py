"""What a customer can do today to reach a better band: invoices to settle, checked by the model that answers.

For every set of invoices the customer's features are worked out as if those were paid this instant, in each form in
which the shop may record it, and the package decides upon them; told is what holds in all of them. Nothing is kept.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from commerce.records.instants import from_micros, to_micros
from commerce.records.money import format_money
from commerce.records.stream import customer_rows
from commerce.records.tenants import Tenant
from features.evaluating.formulas import Floats
from features.evaluating.python_evaluator import evaluate_rows
from features.evaluating.settling import OpenInvoice, as_if_paid, open_invoices
from scoring.decisions import decide
from scoring.recourse import Move, Way, ways_up
from scoring.scale import BAND_NAMES
from serving.predict.packages import Served

NO_WAY = "Nothing that can be settled today leads to a better band."


@dataclass(frozen=True, kw_only=True)
class Recourse:
    """A customer's band as of an instant, and the ways to better ones.

    Parameters
    ----------
    as_of : datetime
        Aware.
    model_version : str
        `Package.label`.
    score, band : int and str
        As of then.
    ways : tuple of Way
        As `scoring.recourse.ways_up` gives them.
    """

    as_of: datetime
    model_version: str
    score: int
    band: str
    ways: tuple[Way, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """What may be told: one sentence a way, or that there is none; none for the best band."""
        if self.band == BAND_NAMES[0]:
            return ()
        if not self.ways:
            return (NO_WAY,)
        return tuple(sentence_of(way) for way in self.ways)


def sentence_of(way: Way) -> str:
    """Say how a band is reached.

    Examples
    --------
    >>> move = Move(record="1", amount=2000, text="the invoice of 20.00 EUR")
    >>> sentence_of(Way(band="B", score=712, action="approve", group=None, moves=(move,)))
    'To reach band B: settle the invoice of 20.00 EUR.'
    """
    *others, last = (move.text for move in way.moves)
    listed = f"{', '.join(others)} and {last}" if others else last
    then = (
        f" The customer is then in the group {way.group!r}, which the model was not measured on."
        if way.group
        else ""
    )
    return f"To reach band {way.band}: settle {listed}.{then}"


def find_recourse(
    connection: Connection,
    served: Served,
    tenant: Tenant,
    customer_id: uuid.UUID,
    as_of: datetime,
) -> Recourse | None:
    """Find what a customer can do at an instant to reach a better band.

    Parameters
    ----------
    connection : Connection
        To the record store.
    served : Served
        The model that answers.
    as_of : datetime
        The instant, aware.

    Returns
    -------
    Recourse or None
        None where the model gives no score, or knows of nothing that customers can change.

    Raises
    ------
    PartialTooLarge
        As `features.evaluating.python_evaluator.evaluate_rows`.
    """
    package = served.package
    if not package.actionable:
        return None
    at = to_micros(as_of)
    rows = customer_rows(connection, tenant.id, customer_id, at)
    then = at + 1
    values = evaluate_rows(rows, then, served.outputs)
    open_ones = open_invoices(rows, at)
    by_id = {each.id: each for each in open_ones}

    def outcomes(moves: tuple[Move, ...]) -> Iterator[Floats]:
        paid = [by_id[move.record] for move in moves]
        for recorded in as_if_paid(rows, paid, at):
            yield evaluate_rows(recorded, then, served.outputs)

    now = decide(package, values)
    if now.score is None or now.band is None:
        return None
    moves = [_move(each, at, tenant) for each in open_ones]
    return Recourse(
        as_of=as_of,
        model_version=package.label,
        score=now.score,
        band=now.band,
        ways=ways_up(package, values, moves, outcomes),
    )


def _move(invoice: OpenInvoice, now: int, tenant: Tenant) -> Move:
    amount = format_money(invoice.balance, tenant.currency)
    due = ""
    if invoice.due_at is not None:
        day = from_micros(invoice.due_at).astimezone(tenant.zone).date()
        due = f" that {'was' if invoice.due_at < now else 'is'} due on {day}"
    return Move(record=invoice.id, amount=invoice.balance, text=f"the invoice of {amount}{due}")
