"""Statements that are compiled once and then handed to the driver as they are.

SQLAlchemy works out a statement's cache key, its types, its events and its result at every execution. That is the
price of its comfort, and several times what the statement itself costs on SQLite; where a checkout or a bid passes,
it is paid once.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from sqlalchemy import BindParameter, ClauseElement, Connection, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import visitors


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
    engine, dialect, many = connection.engine, connection.dialect, isinstance(given, list)
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
    errors = dialect.loaded_dbapi.Error
    try:
        (cursor.executemany if many else cursor.execute)(text, given)
    except errors as error:
        lost = dialect.is_disconnect(error, driver, cursor)
        refusal = DBAPIError.instance(
            text, given, error, errors, engine.hide_parameters, lost, dialect, many
        )
        if lost:
            connection.invalidate(refusal)
        raise refusal from error
    return cursor


class _Compiled:
    """A statement in the words of one driver: how its parameters are written and its rows read."""

    def __init__(self, statement: Any, dialect: Dialect, given: Mapping[str, Any]) -> None:
        made = statement.compile(dialect=dialect)
        written = made.construct_expanded_state(given)
        self.text = written.statement
        self.positional = bool(made.positional)
        self.names = written.positiontup if self.positional else list(written.parameters)
        self.constants = {
            name: written.parameters[name] for name in self.names if name not in _flat(given)
        }
        single = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect)
            for name, bind in made.binds.items()
        }
        writers: Mapping[str, Any] = {**single, **written.processors}
        self.writers = _placed(map(writers.get, self.names))
        self.dialect = dialect
        self.columns = list(getattr(statement, "exported_columns", ()))
        columns = [column.name for column in self.columns]
        self.row = cast(Any, namedtuple)("Row", columns, rename=True)
        self.readers: list[tuple[int, _Turn]] | None = None

    def bound(self, given: Mapping[str, Any]) -> Any:
        """Write values as the driver takes them."""
        if self.constants:
            given = {**self.constants, **given}
        values = [given[name] for name in self.names]
        for place, write in self.writers:
            values[place] = write(values[place])
        return tuple(values) if self.positional else dict(zip(self.names, values, strict=True))

    def rows(self, cursor: Any) -> list[Any]:
        """Read what a statement brings, by name and by the types of its columns."""
        if self.readers is None:  # some types look at what the driver brings before they read it
            described = getattr(cursor, "cursor", cursor).description
            self.readers = _placed(
                column.type.dialect_impl(self.dialect).result_processor(self.dialect, kind)
                for column, (_, kind, *_) in zip(self.columns, described, strict=True)
            )
        brought = [list(values) for values in cursor.fetchall()]
        for values in brought:
            for place, read in self.readers:
                values[place] = read(values[place])
        return list(map(self.row._make, brought))


_Turn = Callable[[Any], Any]


def _placed(turns: Iterable[_Turn | None]) -> list[tuple[int, _Turn]]:
    """Leave out the places where a value stays as it is."""
    return [(place, turn) for place, turn in enumerate(turns) if turn is not None]


def _flat(given: Mapping[str, Any]) -> dict[str, Any]:
    """Name each value of a list as SQLAlchemy does."""
    flat = dict(given)
    for name, value in given.items():
        if isinstance(value, list):
            flat |= {f"{name}_{place}": each for place, each in enumerate(flat.pop(name), start=1)}
    return flat


class Prepared:
    """A statement of SQLAlchemy Core with named parameters; it is compiled for each length of its lists.

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
        self._compiled: dict[tuple[object, ...], _Compiled] = {}
        self._lists = sorted(
            each.key
            for each in visitors.iterate(statement)
            if isinstance(each, BindParameter) and each.expanding and each.required
        )

    def __call__(self, connection: Connection, values: Mapping[str, Any]) -> list[Any]:
        """Execute, and give the rows that it brings."""
        compiled, given = self._bound(connection, values)
        return compiled.rows(execute(connection, compiled.text, given))

    def first(self, connection: Connection, values: Mapping[str, Any]) -> Any | None:
        """Execute, and give the first row if there is one."""
        return next(iter(self(connection, values)), None)

    def plain(self, connection: Connection, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Execute, and give the rows as the driver does, for columns that need no reading."""
        compiled, given = self._bound(connection, values)
        found: list[tuple[Any, ...]] = execute(connection, compiled.text, given).fetchall()
        return found

    def change(self, connection: Connection, *values: Mapping[str, Any]) -> int:
        """Execute with each set of parameters, and tell how many rows were made or changed."""
        bound = [self._bound(connection, each) for each in values]
        given = [each for _, each in bound]
        many = given if len(given) > 1 else given[0]
        count: int = execute(connection, bound[0][0].text, many).rowcount
        return count

    def _bound(self, connection: Connection, values: Mapping[str, Any]) -> tuple[_Compiled, Any]:
        """Give the statement in the driver's words, and values as the driver takes them."""
        key = (connection.dialect.name, *(len(values[name]) for name in self._lists))
        compiled = self._compiled.get(key)
        if compiled is None:
            compiled = _Compiled(self.statement, connection.dialect, values)
            self._compiled[key] = compiled
        return compiled, compiled.bound(_flat(values) if self._lists else values)
