"""The page of states says what the tables say, and is what lies in docs/."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from commerce.records.moves import Machine
from commerce.records.statecharts import graph, page
from commerce.records.states import MACHINES, STATELESS
from commerce.records.stream.event_types import EVENT_TYPES

KEPT = Path(__file__).parents[3] / "docs" / "states.md"

every = pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.kind)


def test_the_page_in_docs_is_drawn_from_the_tables_of_today() -> None:
    assert KEPT.read_text(encoding="utf-8") == page(), (
        "docs/states.md must be what commerce.records.statecharts.page() writes. Write it again:"
        " .venv/bin/python -c 'from commerce.records.statecharts import page; print(page(), end=\"\")'"
        " > docs/states.md"
    )


def test_every_event_that_moves_something_has_a_meaning_and_stands_on_the_page() -> None:
    written = page()
    for machine in (*MACHINES, *STATELESS):
        for event_type, move in machine.moves.items():
            meaning = EVENT_TYPES[event_type].meaning
            assert meaning, event_type
            who = ", ".join(sorted(move.roles))
            row = rf"^\| `{re.escape(event_type)}` \| {re.escape(meaning)} \| (.* \| )?{who} \|$"
            assert re.search(row, written, re.MULTILINE), event_type


@every
def test_a_graph_draws_every_state_and_every_change_of_it(machine: Machine) -> None:
    arrows = {
        (source, target): set(events.split(", ")) if events else set()
        for source, target, events in re.findall(
            r"^ {4}(\S+) --> ([^\s:]+)(?:: (.*))?$", graph(machine), re.MULTILINE
        )
    }
    drawn = {state for arrow in arrows for state in arrow} - {"[*]"}
    assert drawn == set(machine.states)
    for move in machine.moves.values():
        for source, target in move.edges:
            assert source == target or move.event in arrows[source, target]
        for target in move.targets if move.makes else ():
            assert move.event in arrows["[*]", target]


@every
def test_a_graph_ends_where_no_move_leads_on(machine: Machine) -> None:
    ends = set(re.findall(r"^ {4}(\S+) --> \[\*\]$", graph(machine), re.MULTILINE))
    states = {state for move in machine.moves.values() for state in move.targets}
    left = {
        source
        for move in machine.moves.values()
        for source, target in move.edges
        if source != target
    }
    assert ends == states - left
