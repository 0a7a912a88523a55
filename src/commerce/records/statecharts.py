"""The states of the records as a page for people, drawn from the machines that `fire` follows."""

from __future__ import annotations

from commerce.records.moves import Machine, Move
from commerce.records.states import MACHINES, STATELESS
from commerce.records.stream.event_types import EVENT_TYPES

_INTRODUCTION = """\
# What can happen to a record

Drawn from the machines in [`commerce.records.states`](../src/commerce/records/states.py), which `fire` follows and
the database enforces by trigger: a status changes only with an event that makes the move. *admin* includes
*superadmin*; *system* is no person: ticks, webhooks, the close of an auction. Whose order or auction it is, the
workflow decides. """


def page() -> str:
    """Write every machine as Markdown: a graph, and a sentence for each of its moves."""
    kinds = [_kind(machine) for machine in MACHINES]
    moves = [
        f"| `{move.event}` | {EVENT_TYPES[move.event].meaning} | {_roles(move)} |"
        for machine in STATELESS
        for move in machine.moves.values()
    ]
    rest = ["## Without a status", "", "| event | meaning | who |", "|---|---|---|", *moves, ""]
    return "\n".join([_INTRODUCTION, *kinds, *rest])


def graph(machine: Machine) -> str:
    """Draw one machine as a Mermaid state diagram.

    Examples
    --------
    >>> from commerce.records.states import BRAND
    >>> print(graph(BRAND))
    stateDiagram-v2
        direction LR
        [*] --> pending: brand.requested
        pending --> approved: brand.approved
        pending --> rejected: brand.rejected
        approved --> [*]
        rejected --> [*]
    """
    edges: dict[tuple[str, str], list[str]] = {}
    for move in machine.moves.values():
        for edge in _drawn(move):
            edges.setdefault(edge, []).append(move.event)
    states = dict.fromkeys(target for _, target in edges)
    ends = [state for state in states if not any(source == state for source, _ in edges)]
    lines = [
        f"{source} --> {target}: {', '.join(events)}" for (source, target), events in edges.items()
    ]
    lines += [f"{state} --> [*]" for state in ends]
    return "\n".join(["stateDiagram-v2", *(f"    {line}" for line in ["direction LR", *lines])])


def _drawn(move: Move) -> list[tuple[str, str]]:
    """Give the arrows of a move; what stays where it is has none."""
    made = [("[*]", target) for target in move.targets] if move.makes else []
    return made + [edge for edge in move.edges if edge[0] != edge[1]]


def _kind(machine: Machine) -> str:
    rows = [
        f"| `{move.event}` | {EVENT_TYPES[move.event].meaning} | {' '.join(move.sources) or '(new)'}"
        f" | {'(stays)' if move.stays else ' '.join(move.targets)} | {_roles(move)} |"
        for move in machine.moves.values()
    ]
    return "\n".join(
        [
            f"## {machine.kind.capitalize()}",
            "",
            "```mermaid",
            graph(machine),
            "```",
            "",
            "| event | meaning | from | to | who |",
            "|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _roles(move: Move) -> str:
    return ", ".join(sorted(move.roles))
