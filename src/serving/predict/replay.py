"""Any past answer can be rebuilt: from the stream, or from its own values, to the last digit.

What was answered before log-odds were told in steps (`scoring.sums`) comes out the same but for its last digits.

A backfill that came after an answer changes nothing in its replay: the stream is read as the answer knew it.
Where the features were declared otherwise since, the stream no longer gives the values of then; the answer is
decided from the values that were kept with it, and the replay says so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from commerce.records import schema
from commerce.records.identity import Identity, identify
from commerce.records.instants import to_micros
from commerce.records.stream import customer_rows
from commerce.records.stream.backfills import last_backfill
from commerce.records.tenants import tenant_with
from scoring.decisions import decide
from scoring.errors import PackageMismatch
from scoring.package import Package
from scoring.sums import STEP
from serving.errors import ReplayDiffers, UnknownName
from serving.predict.customer_values import customer_values
from serving.predict.packages import PackageShelf
from serving.predict.scores import ScoreRow, find_score, name_values


@dataclass(frozen=True, kw_only=True)
class Replay:
    """An answer and what it comes out as today."""

    kept: ScoreRow
    customer: Identity | None
    """Whom it was about, by the names of today; None for values."""
    again: Mapping[str, Any]
    """The decision, as `Decision.as_dict` gives it, and its features, computed again."""
    differences: tuple[str, ...]
    """What differs, empty where nothing does."""
    unread: str | None = None
    """Why the features were not computed again from the stream, in a sentence; None where they were, or where
    the request itself brought its values."""
    rounded: tuple[str, ...] = ()
    """What differs by less than ten steps of log-odds: it was kept before they were told in steps."""
    left_out: int = 0
    """Events of the customer that were backfilled, or undone, after the answer and would change it by now."""

    def require_same(self) -> None:
        """Raise `ReplayDiffers` unless everything came out the same."""
        if self.differences:
            shown = "; ".join(self.differences[:5])
            raise ReplayDiffers(
                f"answer {self.kept.request_id} must come out the same; got {shown}."
                " Run `bellwether doctor`: the stream or the package was changed by hand."
            )


def replay(connection: Connection, shelf: PackageShelf, request_id: str) -> Replay:
    """Rebuild an answer with the package that gave it, as of its own instant.

    Parameters
    ----------
    connection : Connection
        Any transaction on the record store.
    shelf : PackageShelf
        Must still hold that version.

    Raises
    ------
    UnknownName
        "answer must be on record; got ..."
    ModelMissing, PackageDamaged
        If that version of the package is gone, or its files were changed.
    """
    kept = find_score(connection, request_id)
    if kept is None:
        raise UnknownName(
            f"answer must be on record; got {request_id!r}. Copy the request_id of an answer.",
            field="request_id",
        )
    package, unread, left_out = shelf.stored(kept.model_version), None, 0
    try:
        served = shelf.serve(package)
    except PackageMismatch as error:
        unread = f"features could not be computed again, the kept values were decided upon: {error}"
        values = _kept_values(kept, package)
    else:
        if kept.customer_id is None:
            values = _kept_values(kept, package)
        else:
            values = customer_values(
                connection,
                tenant_with(connection, kept.tenant_id),
                kept.customer_id,
                kept.as_of,
                served,
                backfills=kept.backfills,
            )
            left_out = _backfilled_since(connection, kept)
    again = decide(package, values).as_dict()
    was = kept.as_dict()
    if not kept.reasons:  # of a batch that was asked for none
        was["reasons"] = again["reasons"]
    features = name_values(values, package.names)
    differences = [
        f"feature {name} was {kept.features.get(name)!r}, is {value!r}"
        for name, value in features.items()
        if kept.features.get(name) != value
    ]
    rounded: list[str] = []
    for name, value in again.items():
        if was[name] != value:
            where = rounded if _is_nearly(was[name], value) else differences
            where.append(f"{name} was {was[name]!r}, is {value!r}")
    again["features"] = features
    customer = None
    if kept.customer_id is not None:
        customer = identify(connection, schema.customer, kept.tenant_id, kept.customer_id)
    return Replay(
        kept=kept,
        customer=customer,
        again=again,
        differences=tuple(differences),
        unread=unread,
        rounded=tuple(rounded),
        left_out=left_out,
    )


def _is_nearly(was: Any, now: Any) -> bool:
    """Whether one is the other but for the last digits of numbers."""
    if isinstance(was, float) and isinstance(now, float):
        return abs(was - now) < 10 * STEP
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        return was.keys() == now.keys() and all(_is_nearly(was[name], now[name]) for name in was)
    if isinstance(was, list | tuple) and isinstance(now, list | tuple):
        return len(was) == len(now) and all(map(_is_nearly, was, now))
    return bool(was == now)


def _backfilled_since(connection: Connection, kept: ScoreRow) -> int:
    """Count the events of the customer that count otherwise by now than an answer knew."""
    if kept.customer_id is None or last_backfill(connection, kept.tenant_id) == kept.backfills:
        return 0
    whose = (connection, kept.tenant_id, kept.customer_id, to_micros(kept.as_of))
    now, then = customer_rows(*whose), customer_rows(*whose, backfills=kept.backfills)
    return len({row[0] for row in now} ^ {row[0] for row in then})


def _kept_values(kept: ScoreRow, package: Package) -> NDArray[np.float64]:
    """Give the values an answer was kept with, as its package reads them; NaN where none was known."""
    found = (kept.features.get(name) for name in package.names)
    return np.array([math.nan if value is None else value for value in found], dtype=np.float64)
