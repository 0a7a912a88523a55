"""A rule of the records, as data: its name, what must hold, and the query for the rows that break it."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Text, cast, literal


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


def named(kind: str, column: ColumnElement[Any]) -> ColumnElement[str]:
    """Name a row for a person by its kind and a number or id."""
    return (literal(kind + " ") + cast(column, Text)).label("example")
