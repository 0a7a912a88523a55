"""An answer with all that it is made of: what every feature contributes, and what the customer could do about it.

The answer is given and kept as any other is, so it is replayed by its request id. Nothing here knows HTTP.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from commerce.records.tenants import find_tenant
from scoring import scorer
from scoring.calibration import Calibration
from scoring.package import Package
from scoring.sentences import teller_of
from serving.errors import Unexplained
from serving.predict.answers import answer
from serving.predict.asking import Answer, AppState, CustomerRequest, ValuesRequest
from serving.predict.pipelines.answering import pipeline_of
from serving.predict.recourse import Recourse, find_recourse

NOTHING_TO_CHANGE = "The model knows of nothing that a customer can change at once."
NO_BANDS = "The model gives no score, so there is no better band to reach."
BY_CUSTOMER_ALONE = (
    "What would better the score is worked out from a customer's records, which values do not hold:"
    " ask by customer_id."
)
BEST_BAND = "There is no better band than this."


@dataclass(frozen=True, kw_only=True)
class Contribution:
    """What one feature of an answer adds to the log-odds.

    Parameters
    ----------
    place : int, >= 1
        Among the inputs of the package.
    feature, family : str
        The feature, and what it is about: features of one family are explained together.
    contribution : float
        Log-odds; above 0 it raises the risk.
    value : float, str or None
        What was scored; a category as its table writes it; None where missing.
    reference : float or None
        What is usual; None where that is not known, or it is a category.
    unit : str
        As `scoring.package.PackageOutput` has it.
    text : str or None
        A sentence that is true of the customer, whichever way the feature counts; None where the model has no words.
    tells_of : str or None
        The feature that the sentence is about.
    """

    place: int
    feature: str
    family: str
    contribution: float
    value: float | str | None
    reference: float | None
    unit: str
    text: str | None
    tells_of: str | None


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """An answer, and all that it is made of.

    `base` and the contributions, added in any order, give `logit` to the last bit; `calibration` and
    the logistic function make of that the risk, to the last bit.
    """

    answer: Answer
    base: float
    """Log-odds from which contributions count."""
    logit: float
    """Log-odds of the risk, before `calibration`."""
    calibration: Calibration
    """Of the customer's group on the logit; it changes nothing for those the model was measured on."""
    contributions: tuple[Contribution, ...]
    """Of every feature, the largest first, whichever way it counts."""
    recourse: Recourse | None = None
    """What the customer can do today; None where nothing is known of that."""
    recourse_note: str | None = None
    """Why nothing is told to lead to a better band, in a sentence; None where something does."""
    currency: str
    """ISO 4217, of amounts."""


def explain(
    state: AppState, model: str, request: CustomerRequest | ValuesRequest, request_id: str
) -> Explanation:
    """Answer a request, keep the answer, and explain it whole.

    Parameters
    ----------
    request_id : str
        UUID text, new.

    Raises
    ------
    ServingError, CommerceError
        As `serving.predict.answers.answer`.
    PartialTooLarge
        As `serving.predict.recourse.find_recourse`.
    Unexplained
        The model is served as it is.
    """
    pipeline = pipeline_of(state, request.tenant, model)
    if pipeline is not None:
        raise Unexplained(pipeline.label)
    found = answer(state, model, request, request_id)
    recourse, note, currency = None, no_recourse(found), found.package.currency
    if note is None and found.customer is not None and state.store is not None:
        served = state.shelf.serve(found.package)
        with state.store.reading() as connection:
            tenant = find_tenant(connection, request.tenant)
            recourse = find_recourse(connection, served, tenant, found.customer.id, found.as_of)
        currency = tenant.currency
        if recourse is not None and not recourse.ways:
            note = next(iter(recourse.sentences), BEST_BAND)
    return explained(found, recourse=recourse, recourse_note=note, currency=currency)


def explained(
    found: Answer,
    *,
    recourse: Recourse | None = None,
    recourse_note: str | None = None,
    currency: str,
) -> Explanation:
    """Work out what an answer is made of.

    Parameters
    ----------
    found : Answer
        With its values.
    """
    package, values = found.package, found.values
    assert values is not None
    scores = scorer.explain(package, values[None, :])
    return Explanation(
        answer=found,
        base=scores.base,
        logit=float(scores.logit[0]),
        calibration=_calibration(package, values),
        contributions=contributions_of(package, values, scores.contributions[0]),
        recourse=recourse,
        recourse_note=recourse_note,
        currency=currency,
    )


def no_recourse(found: Answer) -> str | None:
    """Say why no recourse is looked for; None where it is."""
    if not found.package.actionable:
        return NOTHING_TO_CHANGE
    if found.package.scale is None:
        return NO_BANDS
    return BY_CUSTOMER_ALONE if found.customer is None else None


def contributions_of(
    package: Package, values: NDArray[np.float64], contributions: NDArray[np.float64]
) -> tuple[Contribution, ...]:
    """Tell of every feature of a row what it contributes, the largest first.

    Parameters
    ----------
    values, contributions : float arrays of shape (n_outputs,)
        A row that was scored, and its row of contributions.

    Returns
    -------
    tuple of Contribution
        Those of one size in the order of the package.
    """
    row, parts = values.tolist(), contributions.tolist()
    order = sorted(range(len(parts)), key=lambda column: (-abs(parts[column]), column))
    return tuple(_contribution(package, row, column, parts[column]) for column in order)


def _contribution(package: Package, row: list[float], column: int, part: float) -> Contribution:
    output, told = package.outputs[column], teller_of(package).tell(row, column)
    return Contribution(
        place=column + 1,
        feature=output.name,
        family=output.family,
        contribution=part,
        value=_value(package, column, row[column]),
        reference=output.reference,
        unit=output.unit,
        text=None if told is None else told[1],
        tells_of=None if told is None else package.names[told[0]],
    )


def _value(package: Package, column: int, value: float) -> float | str | None:
    if value != value:
        return None
    if package.fields is not None and package.fields.columns[column].is_category:
        return package.fields.columns[column].write(value)
    return value


def _calibration(package: Package, values: NDArray[np.float64]) -> Calibration:
    """Give what the group of a customer makes of the logit."""
    if package.population is None:
        return Calibration()
    known = dict(zip(package.names, values.tolist(), strict=True))
    group = package.population.group_of(known)
    return Calibration() if group is None else group.calibration
