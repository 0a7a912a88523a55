"""How the record store keeps what SQL has no type for: instants, exact decimals, documents, closed lists, keys."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    Numeric,
    Table,
    Text,
    TypeDecorator,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeEngine

from commerce.records.errors import LARGEST, check_text, check_whole
from commerce.records.instants import from_micros, to_micros

NAMING = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}
"""Every constraint has a name, so that a migration can find it again."""

BigKey = BigInteger().with_variant(Integer, "sqlite")
"""A 64-bit key; SQLite counts rows by INTEGER."""

Document = JSON().with_variant(JSONB, "postgresql")
"""A JSON document."""


class Instant(TypeDecorator[datetime]):
    """An instant kept as whole microseconds since 1970 UTC; a naive datetime is refused.

    Binds an aware datetime or the microseconds themselves; reads an aware UTC datetime.
    Read the integer with ``type_coerce(column, BigInteger)``.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | int | None, dialect: Dialect) -> int | None:
        """Turn an aware datetime into microseconds."""
        if isinstance(value, datetime):
            return to_micros(value)
        if value is not None:
            check_whole("instant in microseconds", value)
        return value

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Turn microseconds into an aware UTC datetime."""
        return None if value is None else from_micros(value)


class Whole(TypeDecorator[int]):
    """A whole number of units, minor units or points; anything else is refused before a driver sees it.

    On SQLite, whose columns keep whatever they are given, `whole_numbers` refuses the rest.
    """

    impl = BigInteger
    cache_ok = True

    def __init__(self, name: str, *, small: bool = False) -> None:
        super().__init__()
        self.name, self.small = name, small
        self.largest = 2**31 - 1 if small else LARGEST

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type of a database."""
        return dialect.type_descriptor(Integer() if self.small else BigInteger())

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:
        """Refuse what is no whole number."""
        if value is not None:
            check_whole(self.name, value, self.largest)
        return value


class Words(TypeDecorator[str]):
    """A text that every database can keep; anything else is refused before a driver sees it."""

    impl = Text
    cache_ok = True

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Refuse what is no text, or none that can be kept."""
        if value is not None:
            check_text(self.name, value)
        return value


def whole(name: str, *, small: bool = False, **how: Any) -> Column[int]:
    """Give a column of whole numbers, ``small`` ones of 32 bits; takes what `sqlalchemy.Column` takes."""
    subject = name.removesuffix("_minor").replace("_", " ")
    return Column(name, Whole(subject, small=small), **how)


def whole_numbers(columns: Iterable[str]) -> CheckConstraint:
    """Refuse on SQLite, whose columns keep what they are given, what is no whole number; PostgreSQL needs no rule.

    A CHECK, for a trigger would cost each row inserted a journal of its own.
    """
    rule = " AND ".join(f"typeof({name}) IN ('integer', 'null')" for name in columns)
    return CheckConstraint(rule, name="whole_numbers").ddl_if(dialect="sqlite")


def words(name: str, **how: Any) -> Column[str]:
    """Give a column of texts; takes what `sqlalchemy.Column` takes."""
    return Column(name, Words(name.replace("_", " ")), **how)


class ExactDecimal(TypeDecorator[Decimal]):
    """An exact decimal: NUMERIC on PostgreSQL, its digits as text on SQLite, never a float."""

    impl = Numeric(20, 6)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type of a database."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Text())
        return dialect.type_descriptor(Numeric(20, 6))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Decimal | str | None:
        """Write the digits."""
        return str(value) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Decimal | str | None, dialect: Dialect) -> Decimal | None:
        """Read the digits."""
        return None if value is None else Decimal(value)


def named_metadata() -> MetaData:
    """Give an empty metadata whose constraints are named by `NAMING`."""
    return MetaData(naming_convention=NAMING)


metadata = named_metadata()
"""The record store's own tables; serving keeps its tables in a metadata of its own."""


def tenant_key() -> Column[int]:
    """Give the first column of every tenant's table."""
    return Column("tenant_id", ForeignKey("tenant.id"), primary_key=True, autoincrement=False)


def record(name: str, *parts: SchemaItem) -> Table:
    """Declare a tenant's records that the outside may name: their key is the tenant and a UUID."""
    return Table(name, metadata, tenant_key(), Column("id", Uuid(), primary_key=True), *parts)


def one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    """Constrain a text column to a closed list of values."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def currency_column(*, nullable: bool = False) -> Column[str]:
    """Give a currency column (ISO 4217)."""
    return words("currency", nullable=nullable)


def located() -> tuple[CheckConstraint, CheckConstraint]:
    """Keep ``latitude`` and ``longitude`` on the globe, in degrees."""
    return (
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude"),
    )


def emitted_by() -> Column[int]:
    """Give the column that names the event which brought a record to its present status."""
    return Column("event_id", BigInteger())


def reference(columns: list[str], table: str, keys: list[str]) -> ForeignKeyConstraint:
    """Reference a row of the same tenant by several columns."""
    return ForeignKeyConstraint(
        ["tenant_id", *columns], [f"{table}.tenant_id", *(f"{table}.{key}" for key in keys)]
    )


def to(table: str, column: str | None = None) -> ForeignKeyConstraint:
    """Reference another record of the same tenant by its id."""
    return reference([column or f"{table}_id"], table, ["id"])
