"""Serving's own tables: every answer ever given, append-only, what shadows said, who is logged in, and later work."""

from typing import Literal, get_args

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    text,
)

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
    Column("probability", Float(53)),
    Column("score", Integer),
    Column("band", Text),
    Column("rule_score", Integer),
    Column("rule_band", Text),
    Column("decision", Document, nullable=False),
    Column("features", Document, nullable=False),
    Column("reasons", Document, nullable=False),
    Column("population", Text),
    Column("return_probability", Float(53)),
    Column("note", Text),
    ForeignKeyConstraint(["tenant_id"], [schema.tenant.c.id]),
    ForeignKeyConstraint(
        ["tenant_id", "customer_id"], [schema.customer.c.tenant_id, schema.customer.c.id]
    ),
    one_of("origin", ORIGINS),
    Index(None, "tenant_id", "customer_id", "model", "made_at"),
    Index(None, "tenant_id", "model_version", "as_of"),
)

SHADOW_STATES = ("waiting", "decided", "failed", "skipped")

shadow_score = Table(
    "shadow_score",
    metadata,
    Column("request_id", ForeignKey(score.c.request_id), primary_key=True),
    Column("tenant_id", Integer, nullable=False),
    Column("customer_id", Uuid),
    Column("model", Text, nullable=False),
    Column("model_version", Text, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("why", Text),
    Column("answer", Document),
    Column("decided_at", Instant),
    ForeignKeyConstraint(["tenant_id"], [schema.tenant.c.id]),
    ForeignKeyConstraint(
        ["tenant_id", "customer_id"], [schema.customer.c.tenant_id, schema.customer.c.id]
    ),
    one_of("state", SHADOW_STATES),
    Index(None, "state", "asked_at"),
    Index(None, "tenant_id", "model", "asked_at"),
)
"""What a shadow says to a question that its champion answered; nobody is given it, so no reader of `score` meets it.

``asked_at`` is when the champion answered, ``answer`` the decision without reasons, ``why`` there is none. A row that
waits is settled once."""

LOGIN_KINDS = ("refresh", "session")

login = Table(
    "login",
    metadata,
    Column("tenant_id", ForeignKey(schema.tenant.c.id), primary_key=True, autoincrement=False),
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("secret_hash", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    ForeignKeyConstraint(["tenant_id", "user_id"], [schema.users.c.tenant_id, schema.users.c.id]),
    one_of("kind", LOGIN_KINDS),
    Index(None, "tenant_id", "user_id"),
    Index("uq_login_id", "id", unique=True),
)
"""Who is logged in, in a browser or by refresh tokens; of the secret that counts now its SHA-256 is kept."""

JOB_STATES = ("queued", "running", "succeeded", "failed")

job = Table(
    "job",
    metadata,
    Column("tenant_id", ForeignKey(schema.tenant.c.id), primary_key=True, autoincrement=False),
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("arguments", Document, nullable=False),
    Column("asked_by", Uuid),
    Column("state", Text, nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer),
    Column("result", Document),
    Column("error", Text),
    Column("attempts", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("started_at", Instant),
    Column("heartbeat_at", Instant),
    Column("finished_at", Instant),
    one_of("state", JOB_STATES),
    Index(None, "state", "due_at"),
    Index(None, "tenant_id", "created_at"),
    Index(None, "tenant_id", "started_at"),
)
"""Work that is done later. ``due_at`` is when a worker may take it: a queued one from then on, a running one if its
worker was not heard of until then; ``done`` of ``total`` steps are behind it."""

TABLES = (job, login, shadow_score, score)
"""All of them, what refers before what is referred to."""
