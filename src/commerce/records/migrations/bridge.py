"""A record store made before its revisions became one is taken over where it stands; its rows stay as they are."""

from __future__ import annotations

from sqlalchemy import Connection, column, inspect, table, text, update

from commerce.records.errors import MigrationNeeded
from commerce.records.schema.columns import Document

REPLACED = ("c001", "c002", "c003", "c004", "c005")
"""The revisions that r001 took the place of, oldest first; the last one's tables are those of r001."""


def bring_over(connection: Connection) -> None:
    """Let a store at the last of the replaced revisions count as one at r001; leave every other as it is.

    Parameters
    ----------
    connection : Connection
        In the transaction that migrates, before it does.

    Raises
    ------
    MigrationNeeded
        "record store must stand at c005 to be taken over; got c003. ..."
    """
    if not inspect(connection).has_table("alembic_version"):
        return
    applied = set(connection.scalars(text("SELECT version_num FROM alembic_version")))
    for revision in sorted(applied.intersection(REPLACED)):
        if revision != REPLACED[-1]:
            raise MigrationNeeded(
                f"record store must stand at {REPLACED[-1]} to be taken over; got {revision}. Open it once"
                " with revision be75e76 of Bellwether, by `bellwether tenants`, and then with this one."
            )
        connection.execute(
            text("UPDATE alembic_version SET version_num = 'r001' WHERE version_num = :old"),
            {"old": revision},
        )
        _rename_provider_calls(connection)


def _rename_provider_calls(connection: Connection) -> None:
    """Call what a provider is still to be asked by its name of today: only such a document has a verb."""
    record = table("provider_record", column("kind"), column("document", Document))
    asked = record.c.document["verb"].as_string().is_not(None)
    connection.execute(update(record).where(asked).values(kind="provider_call"))
