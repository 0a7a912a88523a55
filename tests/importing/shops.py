"""Small shops: a file is written, imported, and asked what the records hold."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Engine, select, type_coerce

from commerce.records import schema
from commerce.records.database import reading
from commerce.records.doctor import examine
from commerce.records.tenants import find_tenant
from importing.engine.summary import ImportSummary
from importing.events.importer import EventOptions, import_events
from importing.sales.importer import import_transactions
from importing.sales.options import TransactionOptions

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def micros(text: str) -> int:
    """The instant of an ISO text, in microseconds."""
    moment = datetime.fromisoformat(text)
    return int(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()) * 1_000_000


@dataclass(frozen=True)
class Shop:
    """Imports files into one record store and reads back what they became."""

    engine: Engine
    folder: Path

    def write(self, content: str | bytes, name: str = "shop.csv") -> Path:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def sell(
        self,
        content: str | bytes,
        *,
        name: str = "shop.csv",
        tenant: str = "acme",
        **options: Any,
    ) -> ImportSummary:
        dry_run = options.pop("dry_run", False)
        return import_transactions(
            self.engine,
            self.write(content, name),
            TransactionOptions(tenant=tenant, **{"allow_refused": 1.0, **options}),
            now=NOW,
            rejects_folder=self.folder / "raw" / tenant,
            dry_run=dry_run,
        )

    def import_events(self, content: str, *, tenant: str = "acme", **options: Any) -> ImportSummary:
        return import_events(
            self.engine,
            self.write(content, "events.csv"),
            EventOptions(tenant=tenant, **{"allow_refused": 1.0, **options}),
            now=NOW,
            rejects_folder=self.folder / "raw" / tenant,
        )

    def events(self, kind: str | None = None) -> list[Any]:
        """Events as plain rows, instants in microseconds, in the order of their ids."""
        table = schema.event
        columns = [
            type_coerce(column, BigInteger).label(column.name)
            if isinstance(column.type, schema.Instant)
            else column
            for column in table.c
        ]
        query = select(*columns).order_by(table.c.id)
        if kind is not None:
            query = query.where(table.c.type == kind)
        with self.engine.connect() as connection:
            return list(connection.execute(query))

    def types(self) -> list[str]:
        return [event.type for event in self.events()]

    def rows(self, table: Any) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(select(table).order_by(*table.primary_key)))

    def sales_account(self) -> int:
        """What external -> sales postings, less the way back, come to."""
        accounts = {row.id: row.kind for row in self.rows(schema.account)}
        return sum(
            row.amount if accounts[row.credit_account_id] == "sales" else -row.amount
            for row in self.rows(schema.posting)
        )

    def findings(self, tenant: str | None = None) -> list[str]:
        """What the doctor has to say, of one tenant or of all."""
        with reading(self.engine) as connection:
            whose = None if tenant is None else find_tenant(connection, tenant)
            return [str(finding) for finding in examine(connection, whose)]

    def state(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table, for comparing two record stores."""
        return {
            table.name: [tuple(row) for row in self.rows(table)]
            for table in schema.metadata.sorted_tables
        }


def counts(summary: ImportSummary) -> tuple[int, int, int, int]:
    """Read, accepted, rejected, duplicate."""
    return (
        summary.rows_read,
        summary.rows_accepted,
        summary.rows_rejected,
        summary.rows_duplicate,
    )


def worth(shop: Shop, tenant: str = "acme") -> dict[str, tuple[str, int]]:
    """What each order has come to: its status, and what was captured for it less what went back."""
    numbers = {row.slug: row.id for row in shop.rows(schema.tenant)}
    mine = [row for row in shop.rows(schema.orders) if row.tenant_id == numbers[tenant]]
    payments = {row.id: row.order_id for row in shop.rows(schema.payment)}
    money: Counter[Any] = Counter()
    for row in shop.rows(schema.payment_event):
        annulled = row.type == "event.annulled"
        kind = row.reference.partition("/")[0] if annulled else row.type
        sign = {"payment.captured": 1, "payment.refunded": -1}.get(kind, 0) * (
            -1 if annulled else 1
        )
        money[payments[row.payment_id]] += sign * row.amount_minor
    return {row.external_id: (row.status, money[row.id]) for row in mine}
