"""Alembic's entry: runs migrations on the connection that `commerce.records.database.migrate` hands over."""

from alembic import context

from commerce.records.schema import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=context.config.attributes.get("metadata", metadata),
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
