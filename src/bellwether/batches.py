"""Many questions of one model, asked in one call: how each is written, one after the other, as they are given.

A client has a method `predict_batch` of the same parameters, which gives the answers one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from bellwether.answers import RowError
from bellwether.errors import InvalidArgument
from bellwether.writing import AsOf, CustomerKey, instant, path_part, plain

LONGEST_LINE = 1_000_000
"""Bytes of a question with the end of its line; the server takes no longer ones."""

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Many questions that can be sent.

    Parameters
    ----------
    path : str
    query : mapping
        What is said once for all of them.
    given : iterable
        What each is about; an iterator can be asked about once.
    write : callable
        Makes of one of them the line that asks about it, or says why none can.
    timeout : float, seconds
        How long is waited for the first answer, and then for each next.
    tenant : str, optional
        Whose customers and model; by default the client's.
    """

    path: str
    query: Mapping[str, str]
    given: Iterable[Any]
    write: Callable[[Any], bytes | RowError]
    timeout: float
    tenant: str | None = None

    def lines(self) -> Iterator[bytes | RowError]:
        """Write one question after the other.

        Returns
        -------
        iterator of bytes or RowError
            A line of JSON; or why the question cannot be sent, so that the others can.
        """
        return map(self.write, self.given)


def predict_batch(
    model: str,
    *,
    customer_ids: Iterable[CustomerKey] | None = None,
    features: Iterable[Mapping[str, Any]] | None = None,
    as_of: AsOf | None = None,
    reasons: bool = True,
    tenant: str | None = None,
    timeout: float = 600.0,
) -> Batch:
    """Ask what many customers will do, and what to do about each.

    Answers come one by one, in the order of the questions; a question that is refused has its refusal in its place, and
    the others are answered. Of an iterable, no more is in memory than is being written or read. Up to 100,000 questions
    (and 512 MB) are one request, all answered by one version as of one instant. What is more goes in several, one after
    the other; `model_version` and `as_of` of each answer say by which version and as of when it was given. A request is
    sent again as any question, until its first answer came; see `bellwether.errors.BrokenOff`.

    The connection is held until the last answer, and one of the few batches that the server answers at once is this
    one. Who stops early closes the iterator, best by ``contextlib.closing`` or ``contextlib.aclosing``.

    Parameters
    ----------
    model : str
        ``churn``, ``credit``, or the name of a model of a table.
    customer_ids : iterable of str, int or UUID, optional
        Each the shop's own id, our UUID, or our number as ``number:17``; the features are computed now.
    features : iterable of mapping, optional
        Values by feature name, instead of customers; NaN and None mean missing.
    as_of : str, date or datetime, optional
        The instant to answer for, of customers; by default the shop's clock.
    reasons : bool, default True
        Whether answers tell reasons, which take longer than all the rest.
    tenant : str, optional
        Whose customers or model; by default the client's, and without one that of a table.
    timeout : float, seconds, default 600
        How long is waited for the first answer, and then for each next.

    Returns
    -------
    iterator of BatchAnswer or RefusedRow
        One for each question, `index` its place from 0.

    Raises
    ------
    Refused
        By status, where all questions of a request are refused.
    BrokenOff
        "answers must come for all 5000 questions; got 2000 before ..."
    InvalidArgument
        "questions must be given by customer_ids or by features; got ...", "customer_ids must be many; got ...",
        "features must be mappings of values by name; got ..." or "as_of must come with customer_ids; got features. ..."
    """
    given: Iterable[Any]
    write: Callable[[Any], bytes | RowError]
    if customer_ids is not None and features is None:
        name, given, write = "customer_ids", customer_ids, _by_customer
    elif features is not None and customer_ids is None:
        name, given, write = "features", features, _by_values
    else:
        got = "none" if features is None else "both"
        raise InvalidArgument(
            f"questions must be given by customer_ids or by features; got {got}. Give one of them."
        )
    if isinstance(given, str | bytes | Mapping):
        raise InvalidArgument(
            f"{name} must be many; got one: {str(given)[:60]!r}. Put it into a list, or ask by predict."
        )
    query = {} if reasons else {"reasons": "false"}
    if as_of is not None:
        if features is not None:
            raise InvalidArgument("as_of must come with customer_ids; got features. Leave it out.")
        query["as_of"] = str(instant(as_of))
    return Batch(
        path=f"/predict/{path_part('model', model)}/batch",
        query=query,
        given=given,
        write=write,
        timeout=timeout,
        tenant=tenant,
    )


def _by_customer(customer_id: CustomerKey) -> bytes | RowError:
    return _written({"customer_id": str(customer_id)})


def _by_values(features: Mapping[str, Any]) -> bytes | RowError:
    if not isinstance(features, Mapping):
        raise InvalidArgument(
            f"features must be mappings of values by name; got {str(features)[:60]!r} among them. Of a DataFrame, give"
            ' frame.to_dict("records").'
        )
    values = {}
    for name, value in features.items():
        try:
            values[name] = plain(name, value)
        except InvalidArgument as error:
            return _refused(422, str(error), f"features.{name}")
    return _written({"features": values})


def _written(question: Mapping[str, Any]) -> bytes | RowError:
    try:
        line = _encode(question) + b"\n"
    except (TypeError, ValueError) as error:
        (field,) = question
        why = str(error).rstrip(".")
        return _refused(
            422, f"{field} must be writable as JSON; got what is not: {why}. Convert it.", field
        )
    if len(line) > LONGEST_LINE:
        return _refused(
            413,
            f"question must hold at most {LONGEST_LINE} bytes; got {len(line)}. Leave out what the model does not"
            " read.",
        )
    return line


def _refused(status: int, sentence: str, field: str | None = None) -> RowError:
    return RowError(status=status, detail=sentence, field=field)
