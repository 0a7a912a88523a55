"""Statements that are compiled once and then handed to the driver as they are.

SQLAlchemy works out a statement's cache key, its types and its result columns at every execution. That is the
price of its comfort, and twice what the statement itself costs on SQLite; where a checkout or a bid passes, it is
paid once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ClauseElement, Connection, CursorResult, Dialect

Binder = tuple[str, Callable[[Any], Any] | None]
"""A parameter's name, and what turns its value into the driver's."""


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
        self._compiled: dict[str, tuple[str, Sequence[Binder], bool]] = {}

    def __call__(
        self, connection: Connection, values: Mapping[str, Any] | Sequence[Mapping[str, Any]]
    ) -> CursorResult[Any]:
        """Execute with one set of parameters, or with many."""
        compiled = self._compiled.get(connection.dialect.name)
        if compiled is None:
            compiled = self._compile(connection.dialect)
        text, binders, positional = compiled

        def bound(given: Mapping[str, Any]) -> Any:
            pairs = [
                (name, given[name] if turn is None else turn(given[name])) for name, turn in binders
            ]
            return tuple(value for _, value in pairs) if positional else dict(pairs)

        if isinstance(values, Mapping):
            return connection.exec_driver_sql(text, bound(values))
        return connection.exec_driver_sql(text, [bound(each) for each in values])

    def _compile(self, dialect: Dialect) -> tuple[str, Sequence[Binder], bool]:
        compiled: Any = self._statement.compile(dialect=dialect)
        names = compiled.positiontup if compiled.positional else list(compiled.binds)
        binders = [
            (name, compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect))
            for name in names
        ]
        found = (str(compiled), binders, bool(compiled.positional))
        self._compiled[dialect.name] = found
        return found
