"""Feature values sent with a request: checked against their declarations before they are scored."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.declaring.declaration import Catalogue, Output
from serving.errors import InvalidRequest
from tabular.errors import did_you_mean

LARGEST_WHOLE = 2**53
"""Beyond this, a float64 no longer holds every whole number."""


def read_payload(features: Mapping[str, Any], outputs: Catalogue) -> NDArray[np.float64]:
    """Turn the values of a request into the row a package scores.

    Parameters
    ----------
    features : mapping of str to number or None
        By output name; at least one. An output left out takes its declared value of an empty window.
    outputs : Catalogue
        What the package reads, in its order.

    Returns
    -------
    float array of shape (n_outputs,)
        NaN where a value is missing.

    Raises
    ------
    InvalidRequest
        "features must hold at least one value; ...", "features.<name> must ..."; names the field.
    """
    if not features:
        raise InvalidRequest(
            "features must hold at least one value; got an empty object."
            " Send what you know of the customer; the rest takes its value of an empty window.",
            field="features",
        )
    known = set(outputs.names)
    for name in features:
        if name not in known:
            raise InvalidRequest(
                f"features must be named as the model's inputs are; got {name!r}."
                f" {did_you_mean(name, known)}",
                field=f"features.{name}",
            )
    row = [
        _read(features[output.name], output) if output.name in features else output.null
        for output in outputs.outputs
    ]
    return np.array(row, dtype=np.float64)  # None is NaN


def _read(value: Any, output: Output) -> float:
    if value is None:
        if output.null is not None:
            raise _refuse(
                output, "be a number, never null", value, f"Send {output.null:g} for none."
            )
        return math.nan
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _refuse(output, "be a number", value, "Send it without quotes.")
    if not -LARGEST_WHOLE <= value <= LARGEST_WHOLE:  # false for NaN too
        raise _refuse(output, "be finite and at most 2**53 in size", value, "Check its unit.")
    if output.dtype == "int" and value != int(value):
        if output.unit == "minor":
            advice = "Give cents, not major units: 499.99 is 49999 where a currency has two digits."
            raise _refuse(output, "be whole minor units of the tenant's currency", value, advice)
        raise _refuse(output, "be a whole number", value, f"It counts: {output.description}")
    low, high = output.minimum, output.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        span = f"lie in {'-inf' if low is None else f'{low:g}'}..{'inf' if high is None else f'{high:g}'}"
        raise _refuse(output, span, value, f"It is: {output.description}")
    return float(value)


def _refuse(output: Output, rule: str, value: Any, advice: str) -> InvalidRequest:
    shown = repr(value)
    if len(shown) > 60:
        shown = f"{shown[:57]}..."
    return InvalidRequest(
        f"features.{output.name} must {rule}; got {shown}. {advice}",
        field=f"features.{output.name}",
    )
