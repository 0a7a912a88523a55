"""Statements that are compiled once and then handed to the driver as they are.

SQLAlchemy works out a statement's cache key, its types, its events and its result at every execution. That is the
price of its comfort, and several times what the statement itself costs on SQLite; where a checkout or a bid passes,
it is paid once.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import ClauseElement, Connection, Dialect
from sqlalchemy.exc import DBAPIError


def execute(connection: Connection, text: str, given: Any) -> Any:
    """Hand a statement to the driver, with one set of parameters or a list of many.

    SQLAlchemy's own way is taken where a transaction is still to begin, and where somebody listens to statements
    or has them echoed; nobody can tell the difference but by the clock.

    Returns
    -------
    cursor or CursorResult
        With ``rowcount`` and ``fetchall``.

    Raises
    ------
    DBAPIError
        As SQLAlchemy raises it.
    """
    engine, many = connection.engine, isinstance(given, list)
    heard: Any = engine.dispatch
    if (
        heard.before_cursor_execute
        or heard.after_cursor_execute
        or engine.echo
        or not connection.in_transaction()
    ):
        return connection.exec_driver_sql(text, given)
    driver: Any = connection.connection.dbapi_connection
    cursor = driver.cursor()
    errors = connection.dialect.loaded_dbapi.Error
    try:
        (cursor.executemany if many else cursor.execute)(text, given)
    except errors as error:
        raise DBAPIError.instance(
            text, given, error, errors, dialect=connection.dialect, ismulti=many
        ) from error
    return cursor


class _Compiled:
    """A statement in the words of one driver: how its parameters are written and its rows read."""

    def __init__(self, statement: Any, dialect: Dialect, given: Mapping[str, Any]) -> None:
        made = statement.compile(dialect=dialect)
        written = made.construct_expanded_state(given)
        self.text = written.statement
        self.positional = bool(made.positional)
        names = written.positiontup if made.positional else list(written.parameters)
        own = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect)
            for name, bind in made.binds.items()
        }
        writers: Mapping[str, Any] = {**own, **written.processors}
        self.writers = [(name, writers.get(name)) for name in names]
        self.constants = {
            name: written.parameters[name] for name in names if name not in _flat(given)
        }
        self.dialect = dialect
        self.columns = list(getattr(statement, "exported_columns", ()))
        names = [column.name for column in self.columns]
        self.row = cast(Any, namedtuple)("Row", names, rename=True)
        self.readers: list[tuple[int, Callable[[Any], Any]]] | None = None

    def bound(self, given: Mapping[str, Any]) -> Any:
        """Write values as the driver takes them."""
        given = {**self.constants, **_flat(given)}
        if self.positional:
            return tuple(
                [
                    given[name] if write is None else write(given[name])
                    for name, write in self.writers
                ]
            )
        return {
            name: given[name] if write is None else write(given[name])
            for name, write in self.writers
        }

    def rows(self, cursor: Any) -> list[Any]:
        """Read what a statement brings, by name and by the types of its columns."""
        if (
            self.readers is None
        ):  # some types look at what the driver brings before they say how to read it
            described = getattr(cursor, "cursor", cursor).description
            found = (
                column.type.dialect_impl(self.dialect).result_processor(self.dialect, kind)
                for column, (_, kind, *_) in zip(self.columns, described, strict=True)
            )
            self.readers = [(place, read) for place, read in enumerate(found) if read]
        brought = cursor.fetchall()
        if self.readers:
            brought = [list(values) for values in brought]
            for values in brought:
                for place, read in self.readers:
                    values[place] = read(values[place])
        return list(map(self.row._make, brought))


def _flat(given: Mapping[str, Any]) -> dict[str, Any]:
    """Name each value of a list as SQLAlchemy does."""
    flat = dict(given)
    for name, value in given.items():
        if isinstance(value, list):
            flat |= {f"{name}_{place}": each for place, each in enumerate(flat.pop(name), start=1)}
    return flat


class Prepared:
    """A statement of SQLAlchemy Core with named parameters; it is compiled for each length of its lists.

    Parameters
    ----------
    statement : ClauseElement

    Examples
    --------
    >>> from sqlalchemy import bindparam, create_engine, select
    >>> add = Prepared(select((bindparam("a", 0) + bindparam("b", 0)).label("sum")))
    >>> with create_engine("sqlite://").connect() as connection:
    ...     add(connection, {"a": 2, "b": 3})
    [Row(sum=5)]
    """

    def __init__(self, statement: ClauseElement) -> None:
        self.statement: Any = statement
        self._compiled: dict[tuple[str, ...], _Compiled] = {}

    def __call__(self, connection: Connection, values: Mapping[str, Any]) -> list[Any]:
        """Execute, and give the rows that it brings."""
        compiled = self._for(connection, values)
        return compiled.rows(execute(connection, compiled.text, compiled.bound(values)))

    def first(self, connection: Connection, values: Mapping[str, Any]) -> Any | None:
        """Execute, and give the first row if there is one."""
        return next(iter(self(connection, values)), None)

    def change(self, connection: Connection, values: Mapping[str, Any]) -> int:
        """Execute, and tell how many rows it made or changed."""
        compiled = self._for(connection, values)
        count: int = execute(connection, compiled.text, compiled.bound(values)).rowcount
        return count

    def change_many(self, connection: Connection, values: Sequence[Mapping[str, Any]]) -> None:
        """Execute with each of many sets of parameters, one at least and none of them with a list."""
        compiled = self._for(connection, values[0])
        execute(connection, compiled.text, [compiled.bound(each) for each in values])

    def _for(self, connection: Connection, values: Mapping[str, Any]) -> _Compiled:
        lengths = [str(len(value)) for value in values.values() if isinstance(value, list)]
        key = (connection.dialect.name, *lengths)
        if key not in self._compiled:
            self._compiled[key] = _Compiled(self.statement, connection.dialect, values)
        return self._compiled[key]
