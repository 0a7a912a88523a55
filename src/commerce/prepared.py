"""Statements that are compiled once and then handed to the driver as they are.

SQLAlchemy works out a statement's cache key, its types and its result columns at every execution. That is the
price of its comfort, and twice what the statement itself costs on SQLite; where a checkout or a bid passes, it is
paid once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ClauseElement, Connection, CursorResult, Dialect


class _Compiled(NamedTuple):
    """A statement in the words of one driver: what its parameters are called, and how each is written."""

    text: str
    writers: Sequence[tuple[str, Callable[[Any], Any] | None]]
    constants: Mapping[str, Any]
    positional: bool

    def bound(self, given: Mapping[str, Any]) -> Any:
        """Write values as the driver takes them."""
        values = {**self.constants, **given}
        pairs = [
            (name, values[name] if write is None else write(values[name]))
            for name, write in self.writers
        ]
        return tuple(value for _, value in pairs) if self.positional else dict(pairs)


class Prepared:
    """A statement of SQLAlchemy Core with named parameters, none of them a list.

    Values go in by the types of their columns. What comes out is the driver's: take whole numbers and text.

    Parameters
    ----------
    statement : ClauseElement

    Examples
    --------
    >>> from sqlalchemy import bindparam, create_engine, select
    >>> add = Prepared(select(bindparam("a", 0) + bindparam("b", 0)))
    >>> with create_engine("sqlite://").connect() as connection:
    ...     add(connection, {"a": 2, "b": 3}).scalar_one()
    5
    """

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def __call__(
        self, connection: Connection, values: Mapping[str, Any] | Sequence[Mapping[str, Any]]
    ) -> CursorResult[Any]:
        """Execute with one set of parameters, or with many."""
        compiled = self._compiled.get(connection.dialect.name)
        if compiled is None:
            compiled = self._compile(connection.dialect)
        if isinstance(values, Mapping):
            return connection.exec_driver_sql(compiled.text, compiled.bound(values))
        return connection.exec_driver_sql(compiled.text, [compiled.bound(each) for each in values])

    def _compile(self, dialect: Dialect) -> _Compiled:
        made: Any = self._statement.compile(dialect=dialect)
        binds = {
            name: made.binds[name]
            for name in (made.positiontup if made.positional else list(made.binds))
        }
        writers = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect)
            for name, bind in binds.items()
        }
        order = made.positiontup if made.positional else list(binds)
        constants = {name: bind.value for name, bind in binds.items() if not bind.required}
        found = _Compiled(
            str(made), [(name, writers[name]) for name in order], constants, bool(made.positional)
        )
        self._compiled[dialect.name] = found
        return found
