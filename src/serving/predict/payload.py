"""Feature values sent with a request: checked against their declarations, and each other, before they are scored."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from types import NoneType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.declaring.beliefs import Contradiction
from features.declaring.complete_rows import surely_agree
from features.declaring.complete_tables import surely_agree_rows
from features.declaring.declaration import Catalogue, Output
from features.declaring.relations import complete
from scoring.errors import InvalidField
from scoring.fields import Fields
from serving.errors import InvalidRequest
from tabular.errors import did_you_mean

_NUMBERS = {int, float, NoneType}

LARGEST_WHOLE = 2**53
"""Beyond this, a float64 no longer holds every whole number."""


@dataclass(frozen=True, kw_only=True)
class Payload:
    """The row a package scores, and which of its values were not sent."""

    values: NDArray[np.float64]
    """Shape (n_outputs,), in the order of the package; NaN where a value is missing."""
    assumed: Mapping[str, float | None]
    """What was left out, and what it was taken to be; None where missing."""


def read_payload(
    features: Mapping[str, Any], outputs: Catalogue, usual: Mapping[str, float | None]
) -> Payload:
    """Turn the values of a request into the row a package scores.

    Parameters
    ----------
    features : mapping of str to number or None
        By output name; at least one. An output left out takes its declared value of an empty window, or what
        those that were sent leave, as `features.declaring.relations.complete` says.
    outputs : Catalogue
        What the package reads, in its order.
    usual : mapping of str to float or None
        What is usual, by output name: for what must be there since others say so.

    Raises
    ------
    InvalidRequest
        "features must hold at least one value; ...", "features.<name> must ..."; names the field. Two values that
        no customer has at once are named both.
    """
    if not features:
        raise InvalidRequest(
            "features must hold at least one value; got an empty object."
            " Send what you know of the customer; the rest takes its value of an empty window.",
            field="features",
        )
    whole = read_whole([features], outputs)
    if whole is not None and surely_agree(outputs, whole[0]):
        return Payload(values=whole[0], assumed={})
    known = {output.name: output for output in outputs.outputs}
    for name in features:
        if name not in known:
            raise InvalidRequest(
                f"features must be named as the model's inputs are; got {name!r}."
                f" {did_you_mean(name, known)}",
                field=f"features.{name}",
            )
    sent = {name: _read(value, known[name]) for name, value in features.items()}
    try:
        found = complete(outputs, sent, usual)
    except Contradiction as error:
        raise _disagree(error, features) from error
    return Payload(
        values=np.array(list(found.values()), dtype=np.float64),  # None is NaN
        assumed={name: value for name, value in found.items() if name not in features},
    )


@dataclass(frozen=True)
class _Accepted:
    """What is accepted of each output without a second look; arrays of shape (n_outputs,)."""

    pick: Callable[[Mapping[str, Any]], tuple[Any, ...]]
    """Gives what was sent, in order."""
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    may_be_missing: NDArray[np.bool_]
    may_be_part: NDArray[np.bool_]
    """Whether its values need not be whole."""


@lru_cache(maxsize=64)
def _accepted(outputs: Catalogue) -> _Accepted:
    most = float(LARGEST_WHOLE - 1)  # a larger integer may come to 2**53 as a float
    return _Accepted(
        pick=itemgetter(*outputs.names),
        low=np.array(
            [
                -most if each.minimum is None else max(each.minimum, -most)
                for each in outputs.outputs
            ]
        ),
        high=np.array(
            [most if each.maximum is None else min(each.maximum, most) for each in outputs.outputs]
        ),
        may_be_missing=np.array([each.null is None for each in outputs.outputs]),
        may_be_part=np.array([each.dtype != "int" for each in outputs.outputs]),
    )


def read_whole(
    asked: Sequence[Mapping[str, Any]], outputs: Catalogue
) -> NDArray[np.float64] | None:
    """Read payloads of all outputs at once; None where in one of them one is left out, or not surely what it must be.

    Whether its values contradict each other is another question: `features.declaring.complete_rows.surely_agree`.

    Parameters
    ----------
    asked : sequence of mapping of str to number or None
        At least one, by output name.
    outputs : Catalogue
        What the package reads.

    Returns
    -------
    float array of shape (n_asked, n_outputs), or None
    """
    accepted, rows, missing = _accepted(outputs), [], 0
    for features in asked:
        if not 1 < len(features) == len(outputs):
            return None
        try:
            sent = accepted.pick(features)
        except KeyError:
            return None
        if not _NUMBERS.issuperset(map(type, sent)):  # bool is a type of its own
            return None
        missing += sent.count(None)
        rows.append(sent)
    try:
        table = np.array(rows, dtype=np.float64)
    except OverflowError:
        return None
    is_accepted = np.all(_accepts(table, accepted))
    # NaN may be sent by no other name than null
    return table if is_accepted and np.count_nonzero(table != table) == missing else None


def _accepts(values: NDArray[np.float64], accepted: _Accepted) -> NDArray[np.bool_]:
    """Whether each value is one that its output may have, shape (..., n_outputs)."""
    is_in_range = (values >= accepted.low) & (values <= accepted.high)
    is_whole = (np.rint(values) == values) | accepted.may_be_part
    accepts: NDArray[np.bool_] = (is_in_range & is_whole) | (
        (values != values) & accepted.may_be_missing
    )
    return accepts


def accept_rows(table: NDArray[np.float64], outputs: Catalogue) -> NDArray[np.bool_]:
    """Mark the rows that `read_payload` surely takes as they are; it may take others, too.

    Parameters
    ----------
    table : float array of shape (n_rows, n_outputs)
        Values of all outputs, in their order; NaN where missing.
    outputs : Catalogue
        What the package reads; at least one.

    Returns
    -------
    bool array of shape (n_rows,)
    """
    accepts: NDArray[np.bool_] = np.all(_accepts(table, _accepted(outputs)), axis=1)
    accepts[accepts] = surely_agree_rows(outputs, table[accepts])
    return accepts


def read_fields(features: Mapping[str, Any], fields: Fields) -> Payload:
    """Turn a row of a table into the row that its model scores.

    Parameters
    ----------
    features : mapping of str to str, number, bool or None
        By column; one that is left out, or whose category was never seen, is missing, and said to be.
    fields : Fields
        How the model reads its columns.

    Raises
    ------
    InvalidRequest
        "features.<column> must ...", as `scoring.fields.Field.read`.
    """
    try:
        values, missing = fields.read_row(features)
    except InvalidField as error:
        field = f"features.{error.column}" if error.column else "features"
        raise InvalidRequest(f"{field} {error.rule}", field=field) from error
    return Payload(values=values, assumed=dict.fromkeys(missing))


def _disagree(error: Contradiction, features: Mapping[str, Any]) -> InvalidRequest:
    """Name two values that no customer has at once."""
    one, other = error.names
    shown = " and ".join(json.dumps(features.get(name)) for name in (one, other))
    return InvalidRequest(
        f"features.{one} must agree with features.{other}; got {shown}. {error.why}"
        " Correct either, or leave one out.",
        field=f"features.{one}",
    )


def _read(value: Any, output: Output) -> float | None:
    if value is None:
        if output.null is not None:
            raise _refuse(
                output, "be a number, never null", value, f"Send {output.null:g} for none."
            )
        return None
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
    shown = "an object or a list" if isinstance(value, dict | list) else repr(value)
    if len(shown) > 60:
        shown = f"{shown[:57]}..."
    return InvalidRequest(
        f"features.{output.name} must {rule}; got {shown}. {advice}",
        field=f"features.{output.name}",
    )
