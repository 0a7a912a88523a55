"""What is paid and owed: payments with their events, invoices, the ledger."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from commerce.schema.columns import (
    BigKey,
    Instant,
    currency_column,
    metadata,
    one_of,
    tenant_key,
    to,
    uuid_key,
)

PAYMENT_STATES = (
    "requires_payment_method",
    "requires_confirmation",
    "requires_action",
    "processing",
    "requires_capture",
    "canceled",
    "succeeded",
)

payment = Table(
    "payment",
    metadata,
    tenant_key(),
    uuid_key(),
    Column("order_id", Uuid),
    Column("customer_id", Uuid),
    Column("method", Text),
    Column("status", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    currency_column(),
    Column("created_at", Instant, nullable=False),
    to("orders", "order_id"),
    to("customer"),
    one_of("status", PAYMENT_STATES),
    Index(None, "tenant_id", "order_id"),
)

payment_event = Table(
    "payment_event",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("tenant_id", Integer, nullable=False),
    Column("payment_id", Uuid, nullable=False),
    Column("event_id", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("occurred_at", Instant, nullable=False),
    to("payment"),
    to("event"),
    Index(None, "tenant_id", "payment_id"),
)

invoice = Table(
    "invoice",
    metadata,
    tenant_key(),
    uuid_key(),
    Column("external_id", Text),
    Column("order_id", Uuid),
    Column("customer_id", Uuid, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    currency_column(),
    Column("issued_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    to("orders", "order_id"),
    to("customer"),
    UniqueConstraint("tenant_id", "external_id"),
)

account = Table(
    "account",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("tenant_id", Integer, nullable=False),
    Column("asset", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False, server_default=""),
    Column("balance", BigInteger),
    ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
    UniqueConstraint("tenant_id", "id"),
    UniqueConstraint("tenant_id", "asset", "kind", "key"),
    CheckConstraint("balance >= 0", name="balance"),
)

posting = Table(
    "posting",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("tenant_id", Integer, nullable=False),
    Column("event_id", BigInteger, nullable=False),
    Column("asset", Text, nullable=False),
    Column("debit_account_id", BigInteger, nullable=False),
    Column("credit_account_id", BigInteger, nullable=False),
    Column("amount", BigInteger, nullable=False),
    to("event"),
    to("account", "debit_account_id"),
    to("account", "credit_account_id"),
    CheckConstraint("amount > 0", name="amount"),
    CheckConstraint("debit_account_id <> credit_account_id", name="accounts"),
    Index(None, "tenant_id", "event_id"),
)
