"""What a ranking learns from: purchases known at a cutoff, and what the same customers bought in the days after it.

There are two splits, one after the other. The blend is chosen on the first; the second, which reaches to the end of the
records, judges it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from commerce.records.instants import DAY, from_micros
from commerce.records.tenants import Tenant
from features.baskets import Purchase, Purchases, purchases_known
from features.snapshots.snapshot import Snapshot
from scoring.ranking import RECOMMENDATIONS
from training.errors import GOES_ON, NotTrainable

HORIZON_DAYS = 30
"""What customers buy within so many days is to be recommended."""

LEAST_CUSTOMERS = 50
"""Customers who bought before and in the horizon, in each split, below which nothing can be told."""

LEAST_PRODUCTS = 20
"""Products below which ten recommendations are most of what there is."""

MOST_CUSTOMERS = 2_000
"""Customers of a split that are ranked at most, drawn at random."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Ranked:
    """A customer whose ranking can be judged.

    Parameters
    ----------
    customer : str
        32 hex digits.
    purchases : list of tuple of str and int
        As `features.baskets.purchases_of`, as of the cutoff.
    bought : frozenset of str
        The products bought in the horizon that were known at the cutoff; at least one.
    """

    customer: str
    purchases: list[Purchase]
    bought: frozenset[str]


@dataclass(frozen=True, kw_only=True, eq=False)
class Split:
    """What was known at a cutoff, and who bought what after it.

    Parameters
    ----------
    known : Purchases
    customers : tuple of Ranked
    """

    known: Purchases
    customers: tuple[Ranked, ...]

    @property
    def cutoff(self) -> int:
        """In epoch microseconds."""
        return self.known.before


@dataclass(frozen=True, kw_only=True, eq=False)
class RankingData:
    """A shop's purchases, split by time.

    Parameters
    ----------
    tenant : Tenant
    snapshot : Snapshot
    known : Purchases
        All that is known.
    tuning, test : Split
    """

    tenant: Tenant
    snapshot: Snapshot
    known: Purchases
    tuning: Split
    test: Split

    @property
    def as_of(self) -> int:
        """The instant up to which records count, in epoch microseconds."""
        return self.known.before

    @property
    def name(self) -> str:
        """The registered name, "<tenant>.recommendations"."""
        return f"{self.tenant.slug}.{RECOMMENDATIONS}"


def load_ranking_data(
    tenant: Tenant, snapshot: Snapshot, *, as_of: int, horizon_days: int = HORIZON_DAYS
) -> RankingData:
    """Read what a ranking learns from and is judged by.

    Parameters
    ----------
    tenant : Tenant
    snapshot : Snapshot
    as_of : int
        Epoch microseconds.
    horizon_days : int, default 30
        Days, > 0.

    Returns
    -------
    RankingData

    Raises
    ------
    NotTrainable
        "recommendations must have 20 products that somebody bought; got 4. ...", or "... 50 customers who bought
        before ... and again within 30 days; got 3. ..."
    """
    known = purchases_known(snapshot, as_of)
    if len(known.products) < LEAST_PRODUCTS:
        raise NotTrainable(
            f"{RECOMMENDATIONS} must have {LEAST_PRODUCTS} products that customers on record bought; got"
            f" {len(known.products)}. Until then, {GOES_ON}. Import the lines of orders, or wait."
        )
    test, tuning = as_of - horizon_days * DAY, as_of - 2 * horizon_days * DAY
    return RankingData(
        tenant=tenant,
        snapshot=snapshot,
        known=known,
        tuning=split_at(tenant, snapshot, known, tuning, horizon_days),
        test=split_at(tenant, snapshot, known, test, horizon_days),
    )


def split_at(
    tenant: Tenant, snapshot: Snapshot, known: Purchases, cutoff: int, horizon_days: int
) -> Split:
    """Split purchases at a cutoff; of many customers some are drawn, the same ones whenever it is done."""
    history = purchases_known(snapshot, cutoff)
    later = (known.occurred >= cutoff) & (known.occurred < cutoff + horizon_days * DAY)
    sold, bought = frozenset(history.products), defaultdict[str, set[str]](set)
    for customer, product in zip(known.customer[later], known.product[later], strict=True):
        if known.products[product] in sold:
            bought[known.customers[customer]].add(known.products[product])
    asked = sorted(bought.keys() & set(history.customers))
    if len(asked) < LEAST_CUSTOMERS:
        day = from_micros(cutoff).astimezone(tenant.zone).date()
        raise NotTrainable(
            f"{RECOMMENDATIONS} must have {LEAST_CUSTOMERS} customers who bought before {day} and within"
            f" {horizon_days} days of it; got {len(asked)}. Until then, {GOES_ON}. Import older records, or wait."
        )
    if len(asked) > MOST_CUSTOMERS:
        drawn = np.random.default_rng(0).choice(len(asked), MOST_CUSTOMERS, replace=False)
        asked = [asked[place] for place in sorted(drawn.tolist())]
    purchases = by_customer(history)
    return Split(
        known=history,
        customers=tuple(
            Ranked(
                customer=customer,
                purchases=purchases[customer],
                bought=frozenset(bought[customer]),
            )
            for customer in asked
        ),
    )


def by_customer(known: Purchases) -> dict[str, list[Purchase]]:
    """Give the purchases of each customer, the oldest first."""
    found = defaultdict[str, list[Purchase]](list)
    rows = zip(
        known.customer.tolist(), known.product.tolist(), known.days_ago.tolist(), strict=True
    )
    for customer, product, days in rows:
        found[known.customers[customer]].append((known.products[product], days))
    return found
