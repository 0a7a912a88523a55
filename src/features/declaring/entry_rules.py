"""What an entry must keep to before it can be compiled."""

from __future__ import annotations

from itertools import pairwise
from math import isfinite

from features.declaring.operators import OPERATORS, Feature
from features.declaring.origins import TEXT_COLUMNS
from features.declaring.sources import Source
from features.errors import DeclarationError
from tabular.errors import did_you_mean

LONGEST_WINDOW = 36_500
"""Days: a hundred years; who wants more wants EVER."""


def check_entry(feature: Feature) -> None:
    """Refuse an entry that no evaluator could give a sound value for."""
    name, meaning, rows = feature.name, feature.meaning, feature.source
    if feature.operator not in OPERATORS:
        raise DeclarationError(
            f"operator of {name} must be on the list; got {feature.operator!r}."
            f" {did_you_mean(feature.operator, OPERATORS)}"
        )
    operator = OPERATORS[feature.operator]
    if not meaning.description.strip():
        raise DeclarationError(f"feature {name} must have a description; got none.")
    if meaning.version < 1:
        raise DeclarationError(f"version of {name} must be 1 or more; got {meaning.version}.")
    if rows is not None:
        _check_column(name, operator.column, rows)
    _check_limits(feature)
    if not feature.windows or any(
        window is not None and not 1 <= window <= LONGEST_WINDOW for window in feature.windows
    ):
        raise DeclarationError(
            f"windows of {name} must be 1 to {LONGEST_WINDOW} days, or EVER; got {feature.windows}."
        )
    low, high = meaning.minimum, meaning.maximum
    if low is not None and high is not None and low > high:
        raise DeclarationError(f"range of {name} must not be empty; got {low} to {high}.")
    if meaning.null is not None and not (
        (low is None or low <= meaning.null) and (high is None or meaning.null <= high)
    ):
        raise DeclarationError(
            f"value of {name} in an empty window must lie in its range {low} to {high};"
            f" got {meaning.null}."
        )


def _check_limits(feature: Feature) -> None:
    """Refuse limits that are not in order, and limits where nothing is compared."""
    limits = feature.limits
    rising = all(low < high for low, high in pairwise(limits)) and all(map(isfinite, limits))
    if bool(limits) != (feature.operator == "threshold") or not rising:
        raise DeclarationError(
            f"limits of {feature.name} must be finite numbers from low to high, and belong to a threshold;"
            f" got {list(limits)} for {feature.operator}."
        )


def _check_column(name: str, rule: str, rows: Source) -> None:
    """Refuse a source whose column does not suit the operator."""
    if rule == "none" and rows.column is not None:
        raise DeclarationError(f"source of {name} must point at no column; got {rows.column!r}.")
    if rule in ("integer", "any") and rows.column is None:
        raise DeclarationError(
            f"source of {name} must point at a column; got none. Use of('base_minor') or the like."
        )
    if rule == "integer" and rows.column in TEXT_COLUMNS:
        raise DeclarationError(
            f"source of {name} must point at a column of integers; got {rows.column!r}."
        )
