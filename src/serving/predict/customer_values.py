"""What a package reads of a customer on record: features of the stream, or the fields of a bank's record.

Either is read from the stream as it was known before an instant, so that an answer comes out the same again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from commerce.people.bank_profiles import NoBankRecord, bank_fields
from commerce.records.instants import to_micros
from commerce.records.tenants import SHARED, Tenant
from features.evaluating.online import online_features
from scoring.bank_model import BANK_MODEL
from scoring.package import Package
from serving.errors import ModelMissing
from serving.predict.packages import PackageShelf, Served

Floats = NDArray[np.float64]


def served_for(
    shelf: PackageShelf, tenant: Tenant, model: str, otherwise: Callable[[], Package] | None
) -> Served:
    """Find who answers for a tenant: its package of the model, or else what ``otherwise`` gives.

    Of a bank's customers the model of a table answers, which is nobody's own.

    Raises
    ------
    ModelMissing
        "model <tenant>.<model> must have a published package; got ..."
    """
    if model == BANK_MODEL:
        return shelf.current(SHARED, model)
    try:
        return shelf.current(tenant.slug, model)
    except ModelMissing:
        if otherwise is None:
            raise
        return shelf.serve(otherwise())


def customer_values(
    connection: Connection,
    tenant: Tenant,
    customer_id: UUID,
    as_of: datetime,
    served: Served,
    *,
    backfills: int,
) -> Floats:
    """Read what a package wants to know of a customer, as it was known before an instant.

    Parameters
    ----------
    as_of : datetime
        Aware.
    backfills : int
        The last backfill that counts.

    Returns
    -------
    float array of shape (n_outputs,)
        NaN where a value is missing.

    Raises
    ------
    NoBankRecord
        "bank record must exist; got none for ..."
    """
    before, fields = to_micros(as_of), served.package.fields
    if fields is None:
        return online_features(
            connection, tenant.id, customer_id, before, served.outputs, backfills=backfills
        )
    known = bank_fields(connection, tenant, customer_id, before, backfills=backfills)
    if fields.names and known.keys().isdisjoint(fields.names):
        raise NoBankRecord(customer_id)
    values, _ = fields.read_row(known)
    return values
