"""What must hold of every table: references that lead somewhere, instants that are instants, numbers that are whole."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ForeignKeyConstraint, Select, Table, exists, func, or_, select

from commerce.records import schema
from commerce.records.doctor.rule import Rule, named
from commerce.records.instants import DAY
from commerce.records.sql import bound, micros

_LATEST = 130 * 366 * DAY
"""About the year 2100; what claims to lie beyond was read in the wrong unit."""


def rules(dialect: str) -> tuple[Rule, ...]:
    """Derive a rule from every instant, whole number and reference that a tenant's table declares.

    Parameters
    ----------
    dialect : {"sqlite", "postgresql"}

    Examples
    --------
    >>> [rule.sentence for rule in rules("sqlite") if "order_line must refer" in rule.sentence][0]
    'A row of order_line must refer to an existing orders.'
    """
    tables = [table for table in schema.metadata.sorted_tables if "tenant_id" in table.c]
    instants = tuple(
        Rule(
            "instants",
            f"{table.name}.{column.name} must be whole microseconds UTC, from 1970 to 2100.",
            _implausible(table, column, dialect),
        )
        for table in tables
        for column in table.columns
        if isinstance(column.type, schema.Instant)
    )
    references = tuple(
        Rule(
            "orphans",
            f"A row of {table.name} must refer to an existing {key.referred_table.name}.",
            _orphans(table, key),
        )
        for table in tables
        for key in sorted(table.foreign_key_constraints, key=lambda key: str(key.name))
        if key.referred_table.name != "tenant"
    )
    numbers = tuple(
        Rule(
            "whole",
            f"{table.name}.{name} must be a whole number.",
            _rows(table).where(func.typeof(table.c[name]).not_in(["integer", "null"])),
        )
        for table in tables
        for name in schema.WHOLE_NUMBERS.get(table.name, ())
        if dialect == "sqlite"  # PostgreSQL keeps nothing else
    )
    return instants + numbers + references


def _implausible(table: Table, column: Column[Any], dialect: str) -> Select[Any]:
    """Find instants that are no whole microseconds, or lie where no shop's records do."""
    outside = [micros(column) < 0, micros(column) > _LATEST]
    if dialect == "sqlite":
        outside.append(func.typeof(column) != "integer")
    return _rows(table).where(column.is_not(None), or_(*outside))


def _orphans(table: Table, key: ForeignKeyConstraint) -> Select[Any]:
    """Find rows that refer to what is not there."""
    other = key.referred_table.alias()
    pairs = [(element.parent, other.c[element.column.name]) for element in key.elements]
    return _rows(table).where(
        *(here.is_not(None) for here, _ in pairs),
        ~exists(select(1).where(*(there == here for here, there in pairs))),
    )


def _rows(table: Table) -> Select[Any]:
    """Name a tenant's rows by the first column of their key that is not the tenant's."""
    key = next(column for column in table.primary_key if column.name != "tenant_id")
    return select(named(table.name, key)).where(*bound(table))
