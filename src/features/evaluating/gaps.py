"""How long customers stay silent between one event of a source and the next, the last silence still going on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlglot import exp

from features.declaring.clocks import DAY
from features.declaring.sources import Source
from features.evaluating.expressions import column, literal
from features.evaluating.known_events import is_known, loaded
from features.snapshots.snapshot import Snapshot


@dataclass(frozen=True, kw_only=True, eq=False)
class Silences:
    """Whole days without an event of a source, one entry per silence of a customer."""

    days: NDArray[np.int64]
    """Shape (n,), >= 1 for those that ended, >= 0 for those going on."""
    ended: NDArray[np.bool_]
    """Shape (n,): whether the customer came back; else it was still going on when the records end."""


def silences(snapshot: Snapshot, rows: Source, *, known_before: int) -> Silences:
    """Measure every customer's silences, as they were known at an instant.

    Events of one day (in UTC) count once.

    Parameters
    ----------
    rows : Source
        Whole events, without a column, such as ``source("order.placed")``.
    known_before : int, epoch microseconds
        What was recorded then, or later, does not count; silences going on are measured up to here.
    """
    day = exp.IntDiv(this=column("occurred_at"), expression=literal(DAY))
    days = (
        exp.select(column("customer"), exp.alias_(day, "day"))
        .distinct()
        .from_("event")
        .where(is_known(rows, before=known_before))
        .order_by("customer", "day")
    )
    with loaded(snapshot, rows) as database:
        found: dict[str, Any] = database.execute(days.sql("duckdb")).fetchnumpy()
    customer, at = np.asarray(found["customer"]), np.asarray(found["day"], dtype=np.int64)
    if not len(at):
        return Silences(days=np.empty(0, np.int64), ended=np.empty(0, np.bool_))
    again = customer[1:] == customer[:-1]
    last = np.append(~again, True)
    return Silences(
        days=np.concatenate([np.diff(at)[again], known_before // DAY - at[last]]),
        ended=np.repeat([True, False], [int(again.sum()), int(last.sum())]),
    )
