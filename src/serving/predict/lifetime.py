"""What a customer was worth, from the records, and is expected to pay, where there is a package for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from uuid import UUID

import numpy as np

from commerce.records.instants import to_micros
from commerce.records.stream import customer_rows
from commerce.records.work import Work
from features.evaluating.python_evaluator import evaluate_rows
from features.lifetime import CAPTURED, LIFETIME, historical_value
from scoring.lifetime_value import LIFETIME_VALUE, ValuePackage
from serving.predict.packages import PackageShelf


@dataclass(frozen=True, kw_only=True)
class PredictedValue:
    """What a customer is expected to pay, less what goes back; amounts in minor units."""

    model_version: str
    """Label of the package."""
    horizon_days: int
    predicted_minor: int
    low_minor: int
    high_minor: int
    """`low_minor` and `high_minor`: between which so large a share of such customers paid."""
    share: float


@dataclass(frozen=True, kw_only=True)
class CustomerValue:
    """What a customer is worth; amounts in minor units."""

    captured_minor: int
    refunded_minor: int
    historical_minor: int
    predicted: PredictedValue | None
    """None where the shop has no package, or the customer never ordered."""


def customer_value(
    shelf: PackageShelf, work: Work, customer_id: UUID, as_of: datetime
) -> CustomerValue:
    """Work out what a customer is worth, from one query.

    Parameters
    ----------
    customer_id : UUID
        Of the work's tenant.
    as_of : datetime
        Aware; what was recorded before it counts.

    Raises
    ------
    OtherKind
        If what the shop published as its lifetime value is none.
    """
    cutoff = to_micros(as_of)
    rows = list(customer_rows(work.connection, work.tenant.id, customer_id, cutoff))
    worth = evaluate_rows(rows, cutoff, LIFETIME)
    past = historical_value(worth[np.newaxis])
    captured, historical = int(worth[LIFETIME.names.index(CAPTURED)]), int(past[0])
    package = shelf.of_kind(ValuePackage, work.tenant.slug, LIFETIME_VALUE)
    predicted = None
    if package is not None:
        inputs = shelf.catalogue.subset(package.forecast.inputs)
        found = package.expect(evaluate_rows(rows, cutoff, inputs)[np.newaxis], past)
        if isfinite(found.predicted[0]):
            predicted = PredictedValue(
                model_version=package.label,
                horizon_days=package.forecast.horizon_days,
                predicted_minor=round(float(found.predicted[0])),
                low_minor=round(float(found.low[0])),
                high_minor=round(float(found.high[0])),
                share=package.spread.share,
            )
    return CustomerValue(
        captured_minor=captured,
        refunded_minor=captured - historical,
        historical_minor=historical,
        predicted=predicted,
    )
