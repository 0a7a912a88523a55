"""What the machines say of a status is what the newest tables keep, on every database."""

import re

import pytest
from sqlalchemy import Engine, inspect, text

from commerce.records.moves import Machine
from commerce.records.states import EDGES, MACHINES, MOVED_BY_EVENTS

every = pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.kind)
TRIGGERS = {
    "sqlite": "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE :name",
    "postgresql": "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE :name",
}


@every
def test_a_status_may_be_what_its_machine_knows_and_nothing_else(
    any_engine: Engine, machine: Machine
) -> None:
    assert machine.table is not None
    (rule,) = (
        str(rule["sqltext"])
        for rule in inspect(any_engine).get_check_constraints(machine.table)
        if rule["name"] == f"ck_{machine.table}_status"
    )
    assert set(re.findall(r"'(\w+)'", rule)) == set(machine.states)


def test_the_database_allows_the_machines_changes_and_no_other(any_engine: Engine) -> None:
    with any_engine.connect() as connection:
        kept = connection.execute(text("SELECT record, event, source, target FROM transition"))
        assert sorted(tuple(row) for row in kept) == sorted(EDGES)


def test_every_status_is_guarded_by_a_trigger(any_engine: Engine) -> None:
    query = text(TRIGGERS[any_engine.dialect.name])
    with any_engine.connect() as connection:
        guarded = connection.execute(query, {"name": "%_status_moves_with_event"}).scalars()
        assert sorted(guarded) == sorted(MOVED_BY_EVENTS)
