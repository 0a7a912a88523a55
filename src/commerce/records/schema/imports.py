"""Which files came in, and which events each of them brought."""

import sqlalchemy as sa

from commerce.records.schema.columns import (
    Document,
    Instant,
    metadata,
    reference,
    tenant_key,
    to,
    words,
)

file_import = sa.Table(
    "file_import",
    metadata,
    tenant_key(),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    words("kind", nullable=False),
    words("name", nullable=False),
    words("digest", nullable=False),
    sa.Column("options", Document, nullable=False),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("finished_at", Instant),
    sa.Column("rows_read", sa.BigInteger),
    sa.Column("rows_rejected", sa.BigInteger),
    sa.Column("customers", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("orders", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("events", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("undone_at", Instant),
)

file_import_part = sa.Table(
    "file_import_part",
    metadata,
    tenant_key(),
    sa.Column("first_event_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("last_event_id", sa.BigInteger, nullable=False),
    sa.Column("number", sa.BigInteger, nullable=False),
    reference(["number"], "file_import", ["number"]),
    to("event", "first_event_id"),
    to("event", "last_event_id"),
    sa.CheckConstraint("first_event_id <= last_event_id", name="span"),
    sa.Index(None, "tenant_id", "number"),
)
"""Spans of event ids, each without another's event in it."""
