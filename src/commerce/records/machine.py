"""Moving a record from one state to the next: the only way a status changes or an event is emitted.

A workflow says what happened (`EventDraft`) and to which record; `fire` looks the move up in the record's `Machine`,
checks the role, emits the event, changes the row if it still is where the move starts, and posts what moves.
All of it happens in the transaction of the `Work`, or none of it. History that is brought in whole does not pass
here: `commerce.records.stream.append` takes it. Where history goes on, `follow` brings the status after its events.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    Connection,
    Row,
    bindparam,
    false,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from commerce.records import schema
from commerce.records.errors import Forbidden, IllegalMove, existing
from commerce.records.ledger import Place, Transfer, post
from commerce.records.moves import Machine, Move
from commerce.records.prepared import Prepared
from commerce.records.sql import bound
from commerce.records.stream.writing import NewEvent, emit
from commerce.records.tenants import Tenant
from commerce.records.work import Work


class EventDraft(NamedTuple):
    """What a workflow says of something that happens now.

    Who acts, when, and for which record is the `Work`'s and the `Step`'s to say: `fire` makes of all three the
    row that is appended, a `commerce.records.stream.NewEvent`. ``amount`` is in minor units of the tenant's
    currency, ``due_at`` in microseconds since 1970 UTC; ``transfers`` are posted under the event. ``record``
    (kind and id) is given where the event is about another record than the one that moves.
    """

    type: str
    customer_id: UUID | None = None
    amount: int | None = None
    quantity: int | None = None
    value: int | None = None
    method: str | None = None
    category: str | None = None
    reason: str | None = None
    due_at: int | None = None
    product_id: UUID | None = None
    seller_id: UUID | None = None
    record: tuple[str, UUID] | None = None
    transfers: Sequence[Transfer] = ()


class _Composed:
    """How the records of a machine are read, made and changed; each statement is composed once."""

    def __init__(self, machine: Machine) -> None:
        assert machine.table is not None
        self.table = schema.metadata.tables[machine.table]
        self._moves = machine.moves
        self._own = bound(self.table, id="record")
        self.row = select(self.table).where(*self._own)
        self.row_for_update = self.row.with_for_update()
        self.making = cache(self._making)
        self.changing = cache(self._changing)

    def _making(self, columns: tuple[str, ...]) -> Prepared:
        """Prepare the INSERT of a record of which some columns are given."""
        return Prepared(insert(self.table).values({name: bindparam(name) for name in columns}))

    def _changing(self, event: str, columns: tuple[str, ...]) -> Prepared:
        """Prepare the UPDATE of some columns of a record that is where a move starts."""
        status, sources = self.table.c.status, self._moves[event].sources
        starts = or_(false(), *(status == literal_column(f"'{each}'") for each in sources))
        values = {name: bindparam(f"new_{name}", type_=self.table.c[name].type) for name in columns}
        return Prepared(update(self.table).where(*self._own, starts).values(values))


@cache
def _statements(machine: Machine) -> _Composed:
    """Give the statements of a machine whose status a table keeps."""
    return _Composed(machine)


def fetch(work: Work, machine: Machine, record: UUID, *, lock: bool = True) -> Row[Any]:
    """Read a record of the tenant, and by default keep others from changing it until the work is done.

    Raises
    ------
    NotFound
    """
    query = _statements(machine).row_for_update if lock else _statements(machine).row
    return existing(work.ask(query, record=record).first(), machine.kind, record)


def fetch_mine(work: Work, machine: Machine, record: UUID, owner: str = "customer_id") -> Row[Any]:
    """Read and lock a record whose column ``owner`` names the actor, or any for who runs the shop."""
    row = fetch(work, machine, record)
    work.actor.require_own(machine.kind, record, getattr(row, owner))
    return row


def fire(
    work: Work,
    machine: Machine,
    record: UUID,
    event: EventDraft,
    *also: EventDraft,
    to: str | None = None,
    new: Mapping[str, Any] | None = None,
    changes: Mapping[str, Any] | None = None,
) -> Sequence[int]:
    """Let something happen to a record; give the ids of the events, in their order.

    Parameters
    ----------
    event : EventDraft
        What happens; its type names the move.
    *also : EventDraft
        What else is emitted in the same transaction, in this order: lines of an order, holds, payments.
    to : str, optional
        The state to reach where the move leads to several.
    new : mapping, optional
        Columns of a new record, for a move that makes one.
    changes : mapping, optional
        Further columns that change with the status.

    Raises
    ------
    NotFound, Forbidden, IllegalMove, InsufficientFunds
    """
    return fire_together(work, [Step(machine, record, (event, *also), to, new, changes)]).ids[0]


class Step(NamedTuple):
    """One record's part in what happens to several at once; fields as of `fire`, the first event names the move."""

    machine: Machine
    record: UUID
    events: Sequence[EventDraft]
    to: str | None = None
    new: Mapping[str, Any] | None = None
    changes: Mapping[str, Any] | None = None


class Fired(NamedTuple):
    """What came of it: ids of the events of each step, and what the accounts that moved hold now."""

    ids: Sequence[Sequence[int]]
    holds: Mapping[Place, int]


def fire_together(work: Work, steps: Sequence[Step]) -> Fired:
    """Let something happen to several records in one transaction: an order, its payment, its delivery.

    Does what `fire` does to each, in their order. All events are emitted at once and all transfers posted at once, so
    that a further record costs one statement, which writes its row.
    """
    moves = [step.machine.moves[step.events[0].type] for step in steps]
    for move in moves:
        if not work.actor.may_act_as(*move.roles):
            raise Forbidden(move.event, move.roles, work.actor.role)
    drafts = [(step, draft) for step in steps for draft in step.events]
    # one key for all, so that they stand side by side in the index of keys
    source = f"live:{work.new_id().hex}"
    events = [
        _event(work, step, draft, f"{source}:{place}") for place, (step, draft) in enumerate(drafts)
    ]
    ids = emit(work.connection, work.tenant, events, ingested_at=work.now)
    given = iter(ids)
    by_step = [[next(given) for _ in step.events] for step in steps]
    for step, move, numbers in zip(steps, moves, by_step, strict=True):
        if step.machine.table is not None:
            _write(work, step, move, numbers[0])
    moving = zip(ids, drafts, strict=True)
    transfers = [(number, each) for number, (_, draft) in moving for each in draft.transfers]
    return Fired(by_step, post(work.connection, work.tenant, transfers))


def follow(
    connection: Connection,
    tenant: Tenant,
    machine: Machine,
    record: UUID,
    event: str,
    number: int,
    *,
    to: str | None = None,
) -> None:
    """Bring a record to where history has led it by an event that `commerce.records.stream.append` took.

    Parameters
    ----------
    connection : Connection
        Inside the writing transaction of that event.
    number : int
        The id of the event.
    to : str, optional
        The state to reach where the move leads to several.

    Raises
    ------
    IllegalMove
    """
    changing = _statements(machine).changing(event, ("status", "event_id"))
    given = {"tenant": tenant.id, "record": record, "new_event_id": number}
    target = to or machine.moves[event].targets[0]
    if changing.change(connection, {**given, "new_status": target}) != 1:
        raise IllegalMove(machine.kind, record, event, "another", [])


def _write(work: Work, step: Step, move: Move, event_id: int) -> None:
    """Make the record, or move it if it still is where the move starts."""
    machine, record = step.machine, step.record
    target = step.to or (None if move.stays else move.targets[0])
    if target is not None and target not in move.targets:
        raise IllegalMove(machine.kind, record, move.event, target, machine.allowed(target))
    if step.new is not None:
        if not move.makes:
            raise IllegalMove(machine.kind, record, move.event, "new", [])
        values = {"tenant_id": work.tenant.id, "id": record, "event_id": event_id, **step.new}
        values["status"] = target or move.targets[0]
        _statements(machine).making(tuple(values)).change(work.connection, values)
        return
    values = dict(step.changes or {})
    if target is not None:
        values |= {"status": target, "event_id": event_id}
    elif not values:
        values = {"event_id": event_id}
    key = {"tenant": work.tenant.id, "record": record}
    given = key | {f"new_{name}": value for name, value in values.items()}
    changing = _statements(machine).changing(move.event, tuple(values))
    if changing.change(work.connection, given) != 1:
        status = fetch(work, machine, record, lock=False).status
        raise IllegalMove(machine.kind, record, move.event, status, machine.allowed(status))


def _event(work: Work, step: Step, draft: EventDraft, source_key: str) -> NewEvent:
    kind, key = draft.record or (step.machine.kind, step.record)
    currency = None if draft.amount is None else work.tenant.currency
    return NewEvent(
        type=draft.type,
        occurred_at=work.now,
        recorded_at=work.recorded_at,
        source_key=source_key,
        customer_id=draft.customer_id,
        actor_id=work.actor.author,
        seller_id=draft.seller_id,
        product_id=draft.product_id,
        aggregate_type=kind,
        aggregate_id=key.hex,
        due_at=draft.due_at,
        amount_minor=draft.amount,
        currency=currency,
        base_minor=draft.amount,
        quantity=draft.quantity,
        value=draft.value,
        method=draft.method,
        category=draft.category,
        reason=draft.reason,
    )
