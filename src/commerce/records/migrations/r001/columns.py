"""Columns and constraints that many tables of the first revision have."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Text,
    Uuid,
)

from commerce.records.schema.columns import (
    BigKey,
    Document,
    ExactDecimal,
    Instant,
    named_metadata,
)

__all__ = [
    "BigKey",
    "Document",
    "ExactDecimal",
    "Instant",
    "currency_column",
    "emitted_by",
    "located",
    "metadata",
    "one_of",
    "reference",
    "tenant_key",
    "to",
    "uuid_key",
]

metadata = named_metadata()
"""The tables of the first revision."""


def tenant_key() -> Column[int]:
    """Give the first column of every tenant's table."""
    return Column("tenant_id", ForeignKey("tenant.id"), primary_key=True, autoincrement=False)


def uuid_key() -> Column[object]:
    """Give the second half of a key that the outside may name."""
    return Column("id", Uuid(), primary_key=True)


def currency_column(*, nullable: bool = False) -> Column[str]:
    """Give a currency column."""
    return Column("currency", Text(), nullable=nullable)


def emitted_by() -> Column[int]:
    """Give the column that names the event of the present status."""
    return Column("event_id", BigInteger())


def one_of(column: str, values: str) -> CheckConstraint:
    """Constrain a column to values, blank between them."""
    listed = ", ".join(f"'{value}'" for value in values.split())
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def located() -> tuple[CheckConstraint, CheckConstraint]:
    """Keep ``latitude`` and ``longitude`` on the globe."""
    return (
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude"),
    )


def reference(columns: list[str], table: str, keys: list[str]) -> ForeignKeyConstraint:
    """Reference a row of the same tenant by several columns."""
    return ForeignKeyConstraint(
        ["tenant_id", *columns], [f"{table}.tenant_id", *(f"{table}.{key}" for key in keys)]
    )


def to(table: str, column: str | None = None) -> ForeignKeyConstraint:
    """Reference another record of the same tenant by its id."""
    return reference([column or f"{table}_id"], table, ["id"])
