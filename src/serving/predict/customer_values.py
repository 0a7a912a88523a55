"""What a package reads of a customer on record: features of the stream, or the fields of a bank's record.

Either is read from the stream as it was known before an instant, so that an answer comes out the same again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from commerce.people.bank_profiles import NoBankRecord, bank_fields
from commerce.records.instants import to_micros
from commerce.records.tenants import SHARED, Tenant
from features.evaluating.online import online_partials
from features.evaluating.python_evaluator import Partials, finish_partials
from scoring.bank_model import BANK_MODEL
from scoring.package import Package
from serving.errors import ModelMissing
from serving.predict.packages import PackageShelf, Served

Floats = NDArray[np.float64]

CustomerRead = Partials | Floats
"""What was read of a customer: partial aggregates of the stream, or the values of a bank's record as they are."""


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
    PartialTooLarge
        As `values_of_all`.
    """
    found = read_customer(connection, tenant, customer_id, as_of, served, backfills=backfills)
    values: Floats = values_of_all(served, [found])[0]
    return values


def values_of_all(served: Served, customers: Sequence[CustomerRead]) -> Floats:
    """Give what a package wants to know of customers that were read for it.

    Parameters
    ----------
    customers : sequence of `CustomerRead`
        At least one.

    Returns
    -------
    float array of shape (n_customers, n_outputs)
        Each row to the bit as of this customer alone.

    Raises
    ------
    PartialTooLarge
        "partial aggregate ... must be smaller than 2^53 in size; got ...", of any of them.
    """
    if served.package.fields is not None:
        return np.stack(cast("Sequence[Floats]", customers))
    table = finish_partials(cast("Sequence[Partials]", customers), served.outputs)
    return np.ascontiguousarray(table)  # each row is kept as it lies


def read_customer(
    connection: Connection,
    tenant: Tenant,
    customer_id: UUID,
    as_of: datetime,
    served: Served,
    *,
    backfills: int,
) -> CustomerRead:
    """Read a customer as `customer_values` does, and leave it to `values_of_all` to make values of that.

    Raises
    ------
    NoBankRecord
        "bank record must exist; got none for ..."
    """
    before, fields = to_micros(as_of), served.package.fields
    if fields is None:
        return online_partials(
            connection, tenant.id, customer_id, before, served.outputs, backfills=backfills
        )
    known = bank_fields(connection, tenant, customer_id, before, backfills=backfills)
    if fields.names and known.keys().isdisjoint(fields.names):
        raise NoBankRecord(customer_id)
    values, _ = fields.read_row(known)
    return values
