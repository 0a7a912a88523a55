"""What is on record of customers that decisions should not turn on: age, gender, where they live.

It is read to hold groups of customers against each other, never to learn from or to explain by.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlglot import exp

from features.evaluating.database import open_database, show_files
from features.evaluating.duckdb_evaluator import LABEL_COLUMNS
from features.evaluating.expressions import admitted, column, is_one_of, literal, table_of
from features.evaluating.loading_sql import customer_table, event_table
from features.snapshots.snapshot import Snapshot

REGISTERED, PROFILED = "customer.registered", "customer.profiled"

ATTRIBUTES = ("age", "gender", "geography", "country")
"""Fields of the profile by their names; a country is also told when a customer registers."""

Value = str | int


def protected_attributes(snapshot: Snapshot, *, before: int) -> Mapping[str, Mapping[str, Value]]:
    """Read what was last recorded of each customer.

    Parameters
    ----------
    snapshot : Snapshot
    before : int, epoch microseconds
        What happened or was recorded then, or later, is not known.

    Returns
    -------
    mapping of str to mapping
        By attribute, the value by customer id; age in whole years, the others as they were written. Attributes of
        which nothing is on record are left out.
    """
    wanted = [*map(column, ("type", "reason", "category", "value")), column("customer_id")]
    is_field = is_one_of(column("reason"), ATTRIBUTES)
    query = (
        exp.select(*wanted)
        .from_("event")
        .join("customer", using=["customer"])
        .where(
            admitted(literal(before)),
            exp.GTE(this=column("annulled_at"), expression=literal(before)),
            exp.or_(exp.EQ(this=column("type"), expression=literal(REGISTERED)), is_field),
        )
        .order_by("occurred_at", "id")
    )
    with open_database() as database:
        show_files(database, "snapshot", snapshot.files)
        for name, source in (
            ("customer", customer_table(chosen=False)),
            ("event", event_table((REGISTERED, PROFILED), LABEL_COLUMNS)),
        ):
            database.execute(table_of(source, name).sql("duckdb")).fetchall()
        rows: list[Any] = database.execute(query.sql("duckdb")).fetchall()
    found: dict[str, dict[str, Value]] = {}
    for kind, reason, category, value, customer in rows:
        attribute = "country" if kind == REGISTERED else reason
        told = value if attribute == "age" else category
        if told is not None:
            found.setdefault(attribute, {})[str(customer)] = told
    return {name: found[name] for name in ATTRIBUTES if name in found}
