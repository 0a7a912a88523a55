"""What is paid and owed: payments with their events, invoices, the ledger."""

import sqlalchemy as sa

from commerce.records.schema.columns import (
    BigKey,
    Document,
    Instant,
    currency_column,
    emitted_by,
    metadata,
    one_of,
    record,
    tenant_key,
    to,
    whole,
    words,
)
from commerce.records.states import DISPUTE, PAYMENT

payment = record(
    "payment",
    sa.Column("order_id", sa.Uuid),
    sa.Column("customer_id", sa.Uuid),
    words("method"),
    words("status", nullable=False),
    whole("amount_minor", nullable=False),
    currency_column(),
    sa.Column("created_at", Instant, nullable=False),
    words("provider"),
    words("reference"),
    sa.Column("payment_method_id", sa.Uuid),
    sa.Column("heard_at", Instant),
    emitted_by(),
    to("orders", "order_id"),
    to("customer"),
    to("payment_method"),
    sa.UniqueConstraint("tenant_id", "provider", "reference"),
    one_of("status", PAYMENT.states),
    sa.Index(None, "tenant_id", "order_id"),
    sa.Index(None, "tenant_id", "customer_id"),
    sa.Index(None, "tenant_id", "created_at"),
    sa.Index(None, "tenant_id", "status"),
)

payment_method = record(
    "payment_method",
    sa.Column("customer_id", sa.Uuid, nullable=False),
    words("provider", nullable=False),
    words("reference", nullable=False),
    words("brand"),
    words("last4"),
    sa.Column("is_default", sa.Boolean, nullable=False),
    sa.Column("attached_at", Instant, nullable=False),
    sa.Column("detached_at", Instant),
    to("customer"),
    sa.UniqueConstraint("tenant_id", "provider", "reference"),
    sa.Index(
        "uq_payment_method_one_default",
        "tenant_id",
        "customer_id",
        unique=True,
        sqlite_where=sa.text("is_default"),
        postgresql_where=sa.text("is_default"),
    ),
)

provider_record = sa.Table(
    "provider_record",
    metadata,
    tenant_key(),
    words("reference", primary_key=True),
    words("kind", nullable=False),
    sa.Column("document", Document, nullable=False),
)

dispute = record(
    "dispute",
    sa.Column("payment_id", sa.Uuid, nullable=False),
    sa.Column("customer_id", sa.Uuid),
    words("reference"),
    words("status", nullable=False),
    whole("amount_minor", nullable=False),
    currency_column(),
    words("reason"),
    sa.Column("opened_at", Instant, nullable=False),
    emitted_by(),
    to("payment"),
    to("customer"),
    sa.UniqueConstraint("tenant_id", "reference"),
    one_of("status", DISPUTE.states),
    sa.CheckConstraint("amount_minor > 0", name="amount_minor"),
    sa.Index(None, "tenant_id", "payment_id"),
)

payment_event = sa.Table(
    "payment_event",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("tenant_id", sa.Integer, nullable=False),
    sa.Column("payment_id", sa.Uuid, nullable=False),
    sa.Column("event_id", sa.BigInteger, nullable=False),
    words("type", nullable=False),
    whole("amount_minor", nullable=False),
    sa.Column("occurred_at", Instant, nullable=False),
    words("reference"),
    to("payment"),
    to("event"),
    sa.Index(None, "tenant_id", "payment_id"),
    sa.Index("uq_payment_event_reference", "tenant_id", "payment_id", "reference", unique=True),
)

invoice = record(
    "invoice",
    words("external_id"),
    sa.Column("order_id", sa.Uuid),
    sa.Column("customer_id", sa.Uuid, nullable=False),
    whole("amount_minor", nullable=False),
    currency_column(),
    sa.Column("issued_at", Instant, nullable=False),
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("payment_id", sa.Uuid),
    to("orders", "order_id"),
    to("customer"),
    to("payment"),
    sa.UniqueConstraint("tenant_id", "external_id"),
    sa.Index(None, "tenant_id", "order_id"),
    sa.Index(None, "tenant_id", "customer_id"),
)

account = sa.Table(
    "account",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("tenant_id", sa.Integer, nullable=False),
    words("asset", nullable=False),
    words("kind", nullable=False),
    words("key", nullable=False, server_default=""),
    whole("balance"),
    sa.Column("last_posting_id", sa.BigInteger),
    sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
    sa.UniqueConstraint("tenant_id", "id"),
    sa.UniqueConstraint("tenant_id", "asset", "kind", "key"),
    sa.CheckConstraint("balance >= 0", name="balance"),
)

posting = sa.Table(
    "posting",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("tenant_id", sa.Integer, nullable=False),
    sa.Column("event_id", sa.BigInteger, nullable=False),
    words("asset", nullable=False),
    sa.Column("debit_account_id", sa.BigInteger, nullable=False),
    sa.Column("credit_account_id", sa.BigInteger, nullable=False),
    whole("amount", nullable=False),
    to("event"),
    to("account", "debit_account_id"),
    to("account", "credit_account_id"),
    sa.CheckConstraint("amount > 0", name="amount"),
    sa.CheckConstraint("debit_account_id <> credit_account_id", name="accounts"),
    sa.Index(None, "tenant_id", "event_id"),
)
