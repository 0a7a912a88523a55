"""What moves a record from one state to the next, as plain data: it knows neither tables nor SQL.

The tables' CHECKs, the database's triggers, `commerce.records.machine.fire` and docs/states.md are all made from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping


class Move:
    """One row of a machine's table.

    Parameters
    ----------
    event : str
        The type of the event that makes it.
    sources, targets : str
        States, blank between them; targets without sources make a new record, neither leaves no status.
    roles : str
        Who may, blank between them; ``admin`` includes ``superadmin``.
    starts : bool, default False
        Whether it makes a new record, too, where ``sources`` names states.
    stays : bool, default False
        Whether the record stays in the state it is in.
    """

    def __init__(
        self,
        event: str,
        sources: str = "",
        targets: str = "",
        roles: str = "",
        *,
        starts: bool = False,
        stays: bool = False,
    ) -> None:
        self.event = event
        self.sources = tuple(sources.split())
        self.targets = tuple(targets.split())
        self.roles = frozenset(roles.split())
        self.stays = stays
        self.makes = bool(self.targets) and (starts or not self.sources)

    @property
    def edges(self) -> tuple[tuple[str, str], ...]:
        """Every pair of states it leads from and to."""
        if self.stays:
            return tuple((state, state) for state in self.sources)
        return tuple((source, target) for source in self.sources for target in self.targets)


class Machine:
    """The states of one kind of record, and the moves between them.

    Parameters
    ----------
    kind : str
        What stands in ``event.aggregate_type``.
    table : str or None
        The table that keeps the status; None for what has none.

    Examples
    --------
    >>> lamp = Machine("lamp", "lamp", Move("lamp.made", "", "off"), Move("lamp.lit", "off", "on"))
    >>> lamp.states, lamp.allowed("off")
    (('off', 'on'), ['lamp.lit'])
    >>> list(lamp.changes())
    [('lamp', 'lamp.lit', 'off', 'on')]
    """

    def __init__(self, kind: str, table: str | None, *moves: Move) -> None:
        self.kind = kind
        self.table = table
        self.moves: Mapping[str, Move] = {move.event: move for move in moves}

    @property
    def states(self) -> tuple[str, ...]:
        """Every state, in the order in which the moves name them."""
        named = (state for move in self.moves.values() for state in (*move.sources, *move.targets))
        return tuple(dict.fromkeys(named))

    def changes(self) -> Iterator[tuple[str, str, str, str]]:
        """Give every change of the kept status: table, event type, from, to."""
        table = self.table
        if table is None:
            return
        for move in self.moves.values():
            for source, target in move.edges:
                if source != target:
                    yield table, move.event, source, target

    def allowed(self, status: str) -> list[str]:
        """Name the events that may happen in a state; that history is taken back is none of them."""
        return sorted(
            event
            for event, move in self.moves.items()
            if status in move.sources and not event.startswith("event.")
        )
