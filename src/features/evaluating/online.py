"""Features of one customer now, from the record store: what the server and the certificate both call."""

from __future__ import annotations

import uuid

from sqlalchemy import Connection

from commerce.records.stream import customer_rows
from features.declaring.compilation import Catalogue
from features.evaluating.formulas import Floats
from features.evaluating.python_evaluator import Partials, evaluate_partials, finish_partials


def online_features(
    connection: Connection,
    tenant_id: int,
    customer_id: uuid.UUID,
    cutoff: int,
    catalogue: Catalogue,
    *,
    backfills: int | None = None,
) -> Floats:
    """Evaluate a catalogue for one customer, from one indexed query.

    Parameters
    ----------
    connection : Connection
        To the record store; an event committed before its transaction began counts.
    cutoff : int, epoch microseconds
        Only events recorded, and occurred, before it count.
    backfills : int, optional
        The last backfill that counts; all by default.

    Returns
    -------
    float64 array of shape (n_outputs,)
        In the order of ``catalogue.outputs``; NaN where a value is missing. A customer without
        events has the values of empty windows.

    Raises
    ------
    PartialTooLarge
        "partial aggregate ... must be smaller than 2^53 in size; got ..."
    """
    partials = online_partials(
        connection, tenant_id, customer_id, cutoff, catalogue, backfills=backfills
    )
    values: Floats = finish_partials([partials], catalogue)[0]
    return values


def online_partials(
    connection: Connection,
    tenant_id: int,
    customer_id: uuid.UUID,
    cutoff: int,
    catalogue: Catalogue,
    *,
    backfills: int | None = None,
) -> Partials:
    """Read what the features of one customer are made of; parameters as those of `online_features`.

    Returns
    -------
    `Partials`
        Of several customers, `features.evaluating.python_evaluator.finish_partials` makes values at once.
    """
    rows = customer_rows(connection, tenant_id, customer_id, cutoff, backfills=backfills)
    return evaluate_partials(rows, cutoff, catalogue)
