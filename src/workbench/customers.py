"""Customers as the shop calls them, for frames that people look at."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import select

from commerce.records import schema
from commerce.records.database import reading
from commerce.records.identity import Identity
from workbench.notebook import Bench


def customer_names(bench: Bench) -> dict[str, str]:
    """Name every customer by the shop's own id, else ``number:17``; by the id that frames hold."""
    table = schema.customer
    query = select(table.c.id, table.c.number, table.c.external_id)
    with reading(bench.engine) as connection:
        rows = connection.execute(query.where(table.c.tenant_id == bench.tenant.id)).all()
    return {row.id.hex: Identity._make(row).text for row in rows}


def by_own_id(bench: Bench, frame: pd.DataFrame) -> pd.DataFrame:
    """Show rows by the shop's own customer ids.

    Parameters
    ----------
    bench : Bench
    frame : DataFrame
        With ``customer_id``, as features and datasets have it.

    Returns
    -------
    DataFrame
        A copy; ``customer`` (the shop's own id, else ``number:17``) comes first, in the place of ``customer_id``.
    """
    shown = frame.drop(columns="customer_id")
    shown.insert(0, "customer", frame["customer_id"].map(customer_names(bench)))
    return shown
