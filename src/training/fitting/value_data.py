"""What a forecast of value learns from: customers at two cutoffs, a horizon apart, and what each paid after it.

Models are fitted at the first cutoff and judged by what came after the second, which is the end of the records.
"""

from __future__ import annotations

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

LEAST_CUSTOMERS = 100
"""Customers who had ordered by each cutoff, and who paid after it, below which no forecast can be told from chance."""


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
        return self.frame[list(INPUTS)].to_numpy(dtype=np.float64)


@dataclass(frozen=True, kw_only=True, eq=False)
class ValueData:
    """What a forecast of value learns from, and is judged by.

    Parameters
    ----------
    tenant : Tenant
    snapshot : Snapshot
    as_of : int, epoch microseconds
        Records before it count; the test's horizon ends here.
    horizon_days : int
    train, test : ValueRows
        Two horizons and one horizon before `as_of`.
    current : DataFrame
        Everybody on record at `as_of`: customer_id, cutoff, `INPUTS` and "historical".
    """

    tenant: Tenant
    snapshot: Snapshot
    as_of: int
    horizon_days: int
    train: ValueRows
    test: ValueRows
    current: pd.DataFrame

    @property
    def name(self) -> str:
        """The registered name, "<tenant>.lifetime_value"."""
        return f"{self.tenant.slug}.{LIFETIME_VALUE}"


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
        "lifetime_value must have 100 customers who ordered before ... and 100 who paid within 90 days of it; got 3
        and 1. ..."
    """
    test, train = as_of - horizon_days * DAY, as_of - 2 * horizon_days * DAY
    found = value_frame(snapshot, (train, test, as_of))
    at = {each: found[found["cutoff"] == from_micros(each)] for each in (train, test, as_of)}
    rows = [
        _rows(tenant, snapshot, at[start], at[end], horizon_days)
        for start, end in ((train, test), (test, as_of))
    ]
    return ValueData(
        tenant=tenant,
        snapshot=snapshot,
        as_of=as_of,
        horizon_days=horizon_days,
        train=rows[0],
        test=rows[1],
        current=at[as_of].reset_index(drop=True),
    )


def value_frame(snapshot: Snapshot, cutoffs: tuple[int, ...]) -> pd.DataFrame:
    """Read what a forecast reads of everybody on record, and what they were worth so far.

    Parameters
    ----------
    snapshot : Snapshot
    cutoffs : tuple of int
        Epoch microseconds.

    Returns
    -------
    DataFrame
        Columns customer_id, cutoff, `INPUTS` and "historical".
    """
    frame = feature_frame(snapshot, cutoffs, CATALOGUE.subset(INPUTS))
    worth = feature_frame(snapshot, cutoffs, LIFETIME)
    worth["historical"] = historical_value(worth[list(LIFETIME.names)].to_numpy())
    return frame.merge(worth[[*KEYS, "historical"]], on=list(KEYS), validate="one_to_one")


def _rows(
    tenant: Tenant, snapshot: Snapshot, before: pd.DataFrame, after: pd.DataFrame, days: int
) -> ValueRows:
    frame = before[before["order_days"] >= 1].reset_index(drop=True)
    ends = after.set_index("customer_id")["historical"]
    realised = ends.reindex(frame["customer_id"]).to_numpy() - frame["historical"].to_numpy()
    paid = int(np.count_nonzero(realised > 0))
    if min(len(frame), paid) < LEAST_CUSTOMERS:
        day = (
            "" if before.empty else f" {before['cutoff'].iloc[0].tz_convert(tenant.zone):%Y-%m-%d}"
        )
        raise NotTrainable(
            f"{LIFETIME_VALUE} must have {LEAST_CUSTOMERS} customers who ordered before{day} and"
            f" {LEAST_CUSTOMERS} who paid within {days} days of it; got {len(frame)} and {paid}."
            f" Until then, {GOES_ON}. Import older records, or wait."
        )
    return ValueRows(
        frame=frame, purchases=realised_purchases(snapshot, frame, days), realised=realised
    )
