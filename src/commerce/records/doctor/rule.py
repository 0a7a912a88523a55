"""A rule of the records, as data: its name, what must hold, and the query for the rows that break it."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Table,
    Text,
    bindparam,
    cast,
    literal,
    type_coerce,
)


class Rule(NamedTuple):
    """What must hold between a tenant's records.

    Attributes
    ----------
    sentence : str
        What must hold.
    breaking : Select
        One text per row that breaks the rule; binds ``tenant``.
    """

    name: str
    sentence: str
    breaking: Select[Any]


def own(table: Table) -> ColumnElement[bool]:
    """Keep to the rows of the tenant that is examined."""
    return table.c.tenant_id == bindparam("tenant")


def named(kind: str, column: ColumnElement[Any]) -> ColumnElement[str]:
    """Name a row for a person by its kind and a number or id."""
    return (literal(kind + " ") + cast(column, Text)).label("example")


def micros(column: ColumnElement[Any]) -> ColumnElement[int]:
    """Read an instant as the microseconds it is kept as."""
    return type_coerce(column, BigInteger)
