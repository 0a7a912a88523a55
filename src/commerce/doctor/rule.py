"""A rule of the records, as data: its name, what must hold, and the query for the rows that break it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, Text, cast, func, literal, type_coerce

from commerce.tenants import Tenant


@dataclass(frozen=True)
class Rule:
    """What must hold between a tenant's records.

    Attributes
    ----------
    name : str
    sentence : str
        What must hold.
    breaking : function of a Tenant
        Selects one text per row that breaks the rule.
    """

    name: str
    sentence: str
    breaking: Callable[[Tenant], Select[Any]]


def named(word: str, column: ColumnElement[Any]) -> ColumnElement[str]:
    """Name a row for a person."""
    return (literal(word + " ") + cast(column, Text)).label("example")


def micros(column: ColumnElement[Any]) -> ColumnElement[int]:
    """Read an instant as the microseconds it is kept as."""
    return type_coerce(column, BigInteger)


def hexadecimal(column: ColumnElement[Any]) -> ColumnElement[str]:
    """Read an id as 32 hexadecimal digits, on every database."""
    return func.replace(cast(column, Text), "-", "")
