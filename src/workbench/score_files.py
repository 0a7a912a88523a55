"""Kept scores as a file for people and other programs: one row per customer, by the shop's own customer id."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import Connection, func, select

from commerce.records import schema
from commerce.records.identity import Identity
from commerce.records.tenants import Tenant
from serving.predict.scores import ScoreRow
from serving.schema import score
from workbench.decision_columns import COLUMNS, ORIGIN, decision_cells
from workbench.errors import PlanError
from workbench.exports import check_export


def check_target(path: Path, *, force: bool) -> None:
    """Refuse a file of an unknown kind, or one that is there already.

    Raises
    ------
    PlanError
        As `workbench.exports.check_export`; "file must be new; got ..."
    """
    check_export(path)
    if path.exists() and not force:
        raise PlanError(f"file must be new; got {str(path)!r}. Add --force to replace it.")


def latest_per_customer(
    connection: Connection, tenant: Tenant, model: str, as_of: datetime
) -> pd.DataFrame:
    """Read each customer's latest score as of an instant.

    Parameters
    ----------
    connection : Connection
    tenant : Tenant
    model : str
        "churn".
    as_of : datetime
        Aware; later scores do not count.

    Returns
    -------
    DataFrame
        ``customer`` (the shop's own id, else ``number:17``), then the decision, its reasons and its origin; by
        customer. Money is in units of the currency named.
    """
    place = func.row_number().over(
        partition_by=score.c.customer_id,
        order_by=(score.c.as_of.desc(), score.c.made_at.desc(), score.c.request_id),
    )
    ranked = (
        select(score, place.label("place"))
        .where(
            score.c.tenant_id == tenant.id,
            score.c.model == model,
            score.c.customer_id.is_not(None),
            score.c.as_of <= as_of,
        )
        .subquery()
    )
    found = connection.execute(
        select(*(ranked.c[column.name] for column in score.c)).where(ranked.c.place == 1)
    ).all()
    table = schema.customer
    names = {
        row.id: Identity._make(row).text
        for row in connection.execute(
            select(table.c.id, table.c.number, table.c.external_id).where(
                table.c.tenant_id == tenant.id
            )
        )
    }
    rows = [_row(ScoreRow.from_dict(row._asdict()), names, tenant.currency) for row in found]
    columns = ["customer", *COLUMNS, *ORIGIN, "made_at", "request_id"]
    frame = in_kinds(pd.DataFrame(rows, columns=columns))
    return frame.sort_values("customer", ignore_index=True)


def in_kinds(frame: pd.DataFrame) -> pd.DataFrame:
    """Give the columns of decisions their kinds, whichever values are missing: whole numbers stay whole."""
    kinds = {str: "str", float: "float64", int: "Int64"}
    return frame.astype({name: kinds[kind] for name, kind in COLUMNS.items()})


def _row(kept: ScoreRow, names: dict[Any, str], currency: str) -> dict[str, object]:
    return {
        "customer": names.get(kept.customer_id, str(kept.customer_id)),
        **decision_cells(kept, currency),
        "model_version": kept.model_version,
        "as_of": kept.as_of.isoformat(),
        "made_at": kept.made_at.isoformat(),
        "request_id": kept.request_id,
    }
