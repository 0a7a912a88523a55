"""What is asked of the simulator, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from commerce.records.errors import CommerceError
from commerce.records.instants import find_zone
from commerce.records.money import currency_code
from simulation.behaviour import VERSION

USUAL_CLOCK = date(2026, 1, 1)
"""Where the shop's clock stands when no first day is asked for."""


class SimulationRefused(CommerceError, ValueError):
    """A simulation that cannot be, or that would mix with other records."""


@dataclass(frozen=True, kw_only=True)
class SimulationOptions:
    """Which shop to simulate.

    Examples
    --------
    >>> SimulationOptions(customers=10, days=731).first_day
    datetime.date(2024, 1, 1)
    >>> SimulationOptions(customers=0)
    Traceback (most recent call last):
    ...
    simulation.options.SimulationRefused: customers must be 1 or more; got 0. Try --customers 2000.
    """

    customers: int = 2000
    """>= 1; how many ever register."""
    days: int = 731
    """1 to 3,660: how long the shop has been open; 731 days end at the usual clock after two calendar years."""
    seed: int = 7
    """>= 0; which of all possible shops: the same options give the same records."""
    start: date | None = None
    """The first day; by default such that the clock stands at 2026-01-01."""
    currency: str = "EUR"
    """ISO 4217."""
    zone: str = "Europe/Berlin"
    """IANA name of the shop's own time zone."""

    def __post_init__(self) -> None:
        """Check the ranges."""
        if self.customers < 1:
            raise SimulationRefused(
                f"customers must be 1 or more; got {self.customers}. Try --customers 2000."
            )
        if not 1 <= self.days <= 3660:
            raise SimulationRefused(
                f"days must be 1 to 3660; got {self.days}. Two years are --days 731."
            )
        if self.seed < 0:
            raise SimulationRefused(f"seed must be 0 or more; got {self.seed}. Try --seed 7.")
        object.__setattr__(self, "currency", currency_code(self.currency))
        find_zone(self.zone)

    @property
    def first_day(self) -> date:
        """The shop's first day."""
        return self.start or USUAL_CLOCK - timedelta(days=self.days)

    @property
    def fingerprint(self) -> str:
        """Everything the records depend on, the simulator's version first."""
        size = (f"v{VERSION}", self.customers, self.days, self.seed, self.first_day)
        return ":".join(map(str, (*size, self.currency, self.zone)))


@dataclass(frozen=True, kw_only=True)
class SimulationSummary:
    """What a simulation wrote."""

    customers: int
    orders: int
    events: int
    """`customers`, `orders`, `events`: newly written; all 0 where the same shop was there already."""
    clock: datetime
    """The tenant's clock: the end of the last simulated day."""
    truth: Path
    """The file of latent traits, which the records never hold."""
    digest: str
    """SHA-256 of the stream's canonical rows."""

    def as_dict(self) -> dict[str, Any]:
        """Give the summary as JSON takes it."""
        return {
            "customers": self.customers,
            "orders": self.orders,
            "events": self.events,
            "clock": self.clock.isoformat(),
            "truth": str(self.truth),
            "digest": self.digest,
        }
