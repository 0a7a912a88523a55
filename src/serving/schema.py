"""Serving's own table: every answer ever given, append-only."""

from typing import Literal, get_args

from sqlalchemy import Column, Float, ForeignKeyConstraint, Index, Integer, Table, Text, Uuid, text

from commerce.records import schema
from commerce.records.schema.columns import Document, Instant, named_metadata, one_of

Origin = Literal["batch", "online"]

ORIGINS: tuple[Origin, ...] = get_args(Origin)

metadata = named_metadata()
"""Serving's own tables."""

score = Table(
    "score",
    metadata,
    Column("request_id", Text, primary_key=True),
    Column("tenant_id", Integer, nullable=False),
    Column("customer_id", Uuid),
    Column("model", Text, nullable=False),
    Column("model_version", Text, nullable=False),
    Column("as_of", Instant, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("backfills", Integer, nullable=False, server_default=text("0")),
    Column("origin", Text, nullable=False),
    Column("probability", Float(53), nullable=False),
    Column("score", Integer),
    Column("band", Text),
    Column("rule_score", Integer),
    Column("rule_band", Text),
    Column("decision", Document, nullable=False),
    Column("features", Document, nullable=False),
    Column("reasons", Document, nullable=False),
    ForeignKeyConstraint(["tenant_id"], [schema.tenant.c.id]),
    ForeignKeyConstraint(
        ["tenant_id", "customer_id"], [schema.customer.c.tenant_id, schema.customer.c.id]
    ),
    one_of("origin", ORIGINS),
    Index(None, "tenant_id", "customer_id", "model", "made_at"),
    Index(None, "tenant_id", "model_version", "as_of"),
)
