"""What a forecast of value learns from: customers as they stood at several cutoffs, and what each paid after it.

A forecast that is made at a cutoff learns from horizons that had ended by then. The last horizon on record is for
judging: what is made at its start is held against it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from commerce.records.instants import DAY, from_micros
from commerce.records.tenants import Tenant
from features.catalogue import CATALOGUE
from features.frames import KEYS, feature_frame
from features.lifetime import LIFETIME, historical_value
from features.snapshots.snapshot import Snapshot
from scoring.lifetime_value import LIFETIME_VALUE
from scoring.purchases import INPUTS
from training.errors import GOES_ON, NotTrainable
from training.fitting.purchases import realised_purchases

Floats = NDArray[np.float64]

HORIZON_DAYS = 90
"""What customers will pay within so many days is forecast."""

LEAST_CUSTOMERS = 50
"""Customers who had ordered by a cutoff, and who paid after it, below which no forecast can be told from chance."""

YEAR = 364 * DAY
"""From a season to the same one, on the same days of the week."""

ORIGINS = 4
"""How many horizons before a cutoff, each a third of a horizon earlier, tell how much customers pay in all."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ValueRows:
    """Customers who had ordered by a cutoff, and what they did in the horizon after it.

    Parameters
    ----------
    frame : DataFrame
        Columns customer_id, cutoff, those of `INPUTS`, and "historical": captured less refunded by then (minor units).
    purchases : DataFrame
        As `realised_purchases` gives it.
    realised : float array of shape (n_customers,), minor units
        Captured less refunded within the horizon; below 0 where more went back than arrived.
    """

    frame: pd.DataFrame
    purchases: pd.DataFrame
    realised: Floats

    @cached_property
    def inputs(self) -> Floats:
        """What a forecast reads."""
        return inputs_of(self.frame)

    @cached_property
    def past(self) -> Floats:
        """What each customer was worth at the cutoff, in minor units."""
        return self.frame["historical"].to_numpy(dtype=np.float64)

    @property
    def is_enough(self) -> bool:
        """Whether these customers can tell anything from chance."""
        return min(len(self.frame), self.paid) >= LEAST_CUSTOMERS

    @property
    def paid(self) -> int:
        """How many of them paid in the horizon."""
        return int(np.count_nonzero(self.realised > 0))


@dataclass(frozen=True, kw_only=True, eq=False)
class ValueData:
    """What a forecast of value learns from, and is judged by.

    Parameters
    ----------
    tenant : Tenant
    snapshot : Snapshot
    as_of : int, epoch microseconds
        Records before it count; the last horizon ends here.
    horizon_days : int
    rows : mapping of int to ValueRows
        By cutoff (epoch microseconds): those that have enough customers.
    current : DataFrame
        Everybody on record at `as_of`: customer_id, cutoff, `INPUTS` and "historical".
    """

    tenant: Tenant
    snapshot: Snapshot
    as_of: int
    horizon_days: int
    rows: Mapping[int, ValueRows]
    current: pd.DataFrame

    @property
    def name(self) -> str:
        """The registered name, "<tenant>.lifetime_value"."""
        return f"{self.tenant.slug}.{LIFETIME_VALUE}"

    @property
    def horizon(self) -> int:
        """The horizon in microseconds."""
        return self.horizon_days * DAY

    @property
    def test_cutoff(self) -> int:
        """When what is judged is made, one horizon before `as_of`."""
        return self.as_of - self.horizon

    @property
    def test(self) -> ValueRows:
        """The customers by whom a forecast is judged."""
        return self.rows[self.test_cutoff]

    def customers(self, cutoff: int) -> pd.DataFrame:
        """Give who had ordered by a cutoff: the test's, or `as_of`."""
        if cutoff == self.as_of:
            return _who_ordered(self.current)
        return self.rows[cutoff].frame


def origins(cutoff: int, horizon: int) -> tuple[int, ...]:
    """Give the starts of horizons that had ended by a cutoff, the latest first.

    Parameters
    ----------
    cutoff, horizon : int, microseconds

    Returns
    -------
    tuple of int, epoch microseconds
    """
    return tuple(cutoff - horizon - place * horizon // 3 for place in range(ORIGINS))


def starts_of(cutoff: int, horizon: int) -> set[int]:
    """Give the starts of all horizons that what is made at a cutoff may look at; not all of them are on record.

    Parameters
    ----------
    cutoff, horizon : int, microseconds

    Returns
    -------
    set of int, epoch microseconds
        `origins`, and for each and the cutoff, one horizon before and a year before.
    """
    tried = origins(cutoff, horizon)
    return {*tried, *(start - ago for start in (cutoff, *tried) for ago in (horizon, YEAR))}


def load_value_data(
    tenant: Tenant, snapshot: Snapshot, *, as_of: int, horizon_days: int = HORIZON_DAYS
) -> ValueData:
    """Read what a forecast of value learns from and is judged by.

    Parameters
    ----------
    tenant : Tenant
    snapshot : Snapshot
    as_of : int
        Epoch microseconds.
    horizon_days : int, default 90
        Days, > 0.

    Returns
    -------
    ValueData

    Raises
    ------
    NotTrainable
        "lifetime_value must have 50 customers who ordered before ... and 50 who paid within 90 days of it; got 3
        and 1. ..."
    """
    horizon = horizon_days * DAY
    needed = as_of - 2 * horizon, as_of - horizon
    if needed[0] <= snapshot.first_occurred:
        raise _too_few(tenant, None, needed[0], horizon_days)
    looked_at = starts_of(as_of, horizon) | starts_of(needed[1], horizon)
    starts = sorted(start for start in looked_at if start > snapshot.first_occurred)
    worth = _worth(snapshot, sorted({*starts, *(start + horizon for start in starts), as_of}))
    found = feature_frame(snapshot, [*starts, as_of], CATALOGUE.subset(INPUTS))
    found = found.merge(worth, on=list(KEYS), validate="one_to_one")
    at = dict(tuple(found.groupby("cutoff")))
    ends = dict(tuple(worth.groupby("cutoff")))
    ordered = {start: _who_ordered(at.get(from_micros(start), found[:0])) for start in starts}
    bought = realised_purchases(snapshot, pd.concat(ordered.values()), horizon_days)
    rows, first = {}, 0
    for start, frame in ordered.items():
        after = ends.get(from_micros(start + horizon), worth[:0]).set_index("customer_id")[
            "historical"
        ]
        then = after.reindex(frame["customer_id"]).to_numpy(dtype=np.float64)
        rows[start] = ValueRows(
            frame=frame,
            purchases=bought[first : first + len(frame)].reset_index(drop=True),
            realised=then - frame["historical"].to_numpy(dtype=np.float64),
        )
        first += len(frame)
    for start in needed:
        if not rows[start].is_enough:
            raise _too_few(tenant, rows[start], start, horizon_days)
    return ValueData(
        tenant=tenant,
        snapshot=snapshot,
        as_of=as_of,
        horizon_days=horizon_days,
        rows={start: each for start, each in rows.items() if each.is_enough},
        current=at[from_micros(as_of)].reset_index(drop=True),
    )


def inputs_of(frame: pd.DataFrame) -> Floats:
    """Give what a forecast reads of customers.

    Parameters
    ----------
    frame : DataFrame
        With the columns `INPUTS`.

    Returns
    -------
    float array of shape (n_customers, 4)
    """
    return frame[list(INPUTS)].to_numpy(dtype=np.float64)


def _worth(snapshot: Snapshot, cutoffs: list[int]) -> pd.DataFrame:
    """Read what everybody on record was worth."""
    worth = feature_frame(snapshot, cutoffs, LIFETIME)
    worth["historical"] = historical_value(worth[list(LIFETIME.names)].to_numpy())
    return worth[[*KEYS, "historical"]]


def _who_ordered(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["order_days"] >= 1].reset_index(drop=True)


def _too_few(tenant: Tenant, rows: ValueRows | None, cutoff: int, days: int) -> NotTrainable:
    customers, paid = (0, 0) if rows is None else (len(rows.frame), rows.paid)
    day = from_micros(cutoff).astimezone(tenant.zone).date()
    return NotTrainable(
        f"{LIFETIME_VALUE} must have {LEAST_CUSTOMERS} customers who ordered before {day} and"
        f" {LEAST_CUSTOMERS} who paid within {days} days of it; got {customers} and {paid}."
        f" Until then, {GOES_ON}. Import older records, or wait."
    )
