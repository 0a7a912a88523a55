"""Every (state, event, role): what the table allows happens, everything else changes nothing at all."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any, get_args
from uuid import UUID

import pytest
from sqlalchemy import Engine, Table, event, insert, select, text
from tests.commerce.shop import NOW, Shop, make_shop

from commerce.records import schema
from commerce.records.actors import SYSTEM, Actor, Role
from commerce.records.errors import Forbidden, IllegalMove
from commerce.records.ledger import WORLD, Account, Transfer
from commerce.records.machine import EventDraft, fire
from commerce.records.moves import Machine
from commerce.records.states import MACHINES, STATELESS
from commerce.records.stream import EVENT_TYPES

ROLES: tuple[Role, ...] = get_args(Role)


def table_of(machine: Machine) -> Table:
    """The table that keeps a machine's status."""
    assert machine.table is not None
    return schema.metadata.tables[machine.table]


class Stage:
    """A shop with one record of every kind in whatever state is asked for, put there as history is."""

    def __init__(self, engine: Engine) -> None:
        self.shop: Shop = make_shop(engine)
        self.buyer = self.shop.buyer(10_000)
        self.seller = self.shop.seller()
        assert self.buyer.customer_id is not None
        self.variant = self.shop.variant(1_000, seller=self.seller)
        self.product = self.shop.product(self.variant)
        self.order = self._put(schema.orders, "placed")
        self.payment = self._put(schema.payment, "succeeded")

    def columns(self, table: Any) -> dict[str, Any]:
        """What a row of a table needs beside its status."""
        number = uuid.uuid4().int % 10**12
        every: dict[str, dict[str, Any]] = {
            "orders": {"number": number, "total_minor": 1, "currency": "EUR"},
            "payment": {"amount_minor": 1, "currency": "EUR", "created_at": NOW},
            "dispute": {
                "payment_id": getattr(self, "payment", None), "amount_minor": 1,
                "currency": "EUR", "opened_at": NOW,
            },
            "delivery": {"order_id": getattr(self, "order", None)},
            "return_request": {
                "order_id": getattr(self, "order", None), "position": 1, "quantity": 1,
                "requested_at": NOW,
            },
            "auction": {"currency": "EUR", "opening_minor": 1, "starts_at": 0, "ends_at": 1},
            "brand": {"name": uuid.uuid4().hex},
            "product": {"number": number, "name": "Clock"},
            "review": {
                "product_id": self.product, "order_id": getattr(self, "order", None),
                "customer_id": self.buyer.customer_id, "stars": 3, "posted_at": NOW,
            },
        }  # fmt: skip
        return every[str(table.name)]

    def _put(self, table: Any, status: str) -> UUID:
        record = uuid.uuid4()
        row = {"tenant_id": self.shop.tenant.id, "id": record, "status": status}
        with self.shop.work(SYSTEM) as work:
            if table.name == "review":
                work.connection.execute(table.delete())
            work.connection.execute(insert(table), row | self.columns(table))
            if table.name == "orders":
                line = {"order_id": record, "position": 1, "quantity": 1, "amount_minor": 1}
                own = {"tenant_id": self.shop.tenant.id, "product_id": self.product}
                work.connection.execute(insert(schema.order_line), own | line)
        return record

    def put(self, machine: Machine, status: str) -> UUID:
        """A record in a state."""
        return self._put(table_of(machine), status)

    def draft(self, event_type: str) -> EventDraft:
        """An event that carries all that its type has to."""
        every = {
            "amount": 1, "quantity": 1, "value": 1, "method": "card", "reason": "other",
            "due_at": 1, "product_id": self.product,
        }  # fmt: skip
        said = {
            name: value
            for name, value in every.items()
            if {"amount": "amount_minor"}.get(name, name) in EVENT_TYPES[event_type].carries
        }
        return EventDraft(event_type, customer_id=self.buyer.customer_id, **said)  # type: ignore[arg-type]

    def rows(self) -> dict[str, int]:
        """How many rows there are of everything."""
        return self.shop.rows()

    def status(self, machine: Machine, record: UUID) -> str:
        """The state that a record is in."""
        table = table_of(machine)
        with self.shop.look(SYSTEM) as work:
            found: str = work.connection.execute(
                select(table.c.status).where(table.c.id == record)
            ).scalar_one()
        return found


def tries(machine: Machine) -> Iterator[tuple[str, str, Role, bool]]:
    """Every state, event and role, and whether the table allows it."""
    for state in machine.states:
        for event_type, move in machine.moves.items():
            for role in ROLES:
                may = role in move.roles or (role == "superadmin" and "admin" in move.roles)
                yield state, event_type, role, may and state in move.sources


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.kind)
def test_what_the_table_does_not_allow_changes_nothing(
    any_engine: Engine, machine: Machine
) -> None:
    stage = Stage(any_engine)
    for state in machine.states:
        record = stage.put(machine, state)
        before = stage.rows()
        for here, event_type, role, allowed in tries(machine):
            if here != state or allowed:
                continue
            with (
                pytest.raises((IllegalMove, Forbidden)),
                stage.shop.work(Actor(role)) as work,
            ):
                fire(work, machine, record, stage.draft(event_type))
        assert stage.rows() == before
        assert stage.status(machine, record) == state


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.kind)
def test_what_the_table_allows_happens_and_is_emitted_once(
    engine: Engine, machine: Machine
) -> None:
    stage = Stage(engine)
    for state, event_type, role, allowed in tries(machine):
        if not allowed:
            continue
        move = machine.moves[event_type]
        for target in (None,) if move.stays else move.targets:
            record = stage.put(machine, state)
            events = len(stage.shop.events(event_type))
            with stage.shop.work(Actor(role)) as work:
                fire(work, machine, record, stage.draft(event_type), to=target)
            assert stage.status(machine, record) == (target or state)
            assert len(stage.shop.events(event_type)) == events + 1


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.kind)
def test_a_fault_after_any_step_leaves_nothing(any_engine: Engine, machine: Machine) -> None:
    stage = Stage(any_engine)
    move = next(each for each in machine.moves.values() if each.edges and not each.stays)
    record = stage.put(machine, move.sources[0])
    wallet = Account("wallet", stage.buyer.customer_id.hex)  # type: ignore[union-attr]
    paid = EventDraft("seller.paid", amount=1, transfers=[Transfer("EUR", wallet, WORLD, 1)])
    before = stage.rows()
    role = next(each for each in ROLES if each in move.roles)

    class Fault(Exception):
        """Something breaks."""

    done = 0
    for step in range(1, 40):
        seen = 0

        def break_down(*_: object, step: int = step) -> None:
            nonlocal seen
            seen += 1
            if seen == step:
                raise Fault

        event.listen(any_engine, "after_cursor_execute", break_down)
        try:
            with stage.shop.work(Actor(role)) as work:
                fire(work, machine, record, stage.draft(move.event), paid)
            done = step
        except Fault:
            assert stage_is(
                stage,
                machine,
                record,
                state=move.sources[0],
                rows=before,
                engine=any_engine,
                fault=break_down,
            )
            continue
        finally:
            if event.contains(any_engine, "after_cursor_execute", break_down):
                event.remove(any_engine, "after_cursor_execute", break_down)
        break
    assert done > 3


def stage_is(
    stage: Stage,
    machine: Machine,
    record: UUID,
    *,
    state: str,
    rows: Any,
    engine: Engine,
    fault: Any,
) -> bool:
    """Whether all is as it was before the fault."""
    event.remove(engine, "after_cursor_execute", fault)
    return stage.status(machine, record) == state and stage.rows() == rows


def test_every_state_can_be_reached_and_every_word_is_known() -> None:
    for machine in MACHINES:
        reached = {target for move in machine.moves.values() for target in move.targets}
        assert reached == set(machine.states), machine.kind
    for machine in (*MACHINES, *STATELESS):
        assert set(machine.moves) <= set(EVENT_TYPES)


def test_a_naive_update_would_jump_any_state(engine: Engine) -> None:
    stage = Stage(engine)
    machine = MACHINES[0]
    record = stage.put(machine, "cancelled")
    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER orders_status_moves_with_event"))
        connection.execute(text("UPDATE orders SET status = 'placed'"))
    assert stage.status(machine, record) == "placed"
