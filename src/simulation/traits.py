"""What a customer is like inside: the latent traits that the shop never sees.

They are written to the truth file and never to the database.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from simulation.assortment import Assortment
from simulation.behaviour import Behaviour

METHODS = ("card", "direct_debit", "cash_on_delivery", "pay_later", "wallet")
"""How one can pay, in the order of `Traits.leanings`."""

_CHANNELS = (("web", 0.48), ("app", 0.34), ("marketplace", 0.18))
_COUNTRIES = (("DE", 0.62), ("AT", 0.14), ("NL", 0.10), ("FR", 0.09), ("PL", 0.05))
_LEANINGS = (0.15, 0.07, 0.10, 0.62, 0.06)
_CHANNEL_HAZARD = {"web": 0.0, "app": -0.25, "marketplace": 0.45}


@dataclass(frozen=True, kw_only=True, slots=True)
class Traits:
    """One customer's latent traits."""

    joined: float
    """Day since opening."""
    channel: str
    country: str
    rate: float
    """Orders per day of average trade while a customer."""
    regularity: float
    """Shape of the gamma-distributed gap: 1 is random, above more regular."""
    hazard: float
    """Lapses per day, before bad experiences."""
    sensitivity: float
    """How much a bad experience adds to it, 1 on average."""
    spend: float
    """Log of how much more than usual is put into a basket."""
    taste: float
    """Chance of choosing the dearer of two things."""
    wholesale: bool
    favourite: str
    habit: float
    """Usual time of day, [0, 1)."""
    discipline: float
    """How promptly bills are paid, standard normal."""
    liquidity: float
    """How much money is at hand, standard normal."""
    squeezes: tuple[tuple[float, float], ...]
    """Spells (first day, last day) in which money is short."""
    squeeze_weight: float
    remoteness: float
    """How hard the address is to reach, standard normal."""
    sends_back: float
    """Log-odds added to every return."""
    trust: float
    """How much the shop is trusted, standard normal: wallets are filled, newsletters read, lapses rarer."""
    candour: float
    """How readily an opinion is given, standard normal."""
    bids: bool
    """Whether auctions tempt."""
    leanings: tuple[float, ...]
    """Running shares over `METHODS`."""

    def shortage(self, at: float) -> float:
        """Give how short of money the customer is on a day, about 0 on average."""
        squeezed = any(start <= at < stop for start, stop in self.squeezes)
        return -0.6 * self.liquidity + (self.squeeze_weight if squeezed else -0.15)

    def method(self, rng: Random) -> str:
        """Draw a method of payment by the customer's leanings."""
        return METHODS[min(bisect_right(self.leanings, rng.random()), len(METHODS) - 1)]


def draw_traits(
    rng: Random, joined: float, days: int, assortment: Assortment, behaviour: Behaviour
) -> Traits:
    """Draw a customer.

    Parameters
    ----------
    joined : float
        Day of registration since opening.
    days : int
        How long is simulated.
    """
    normal = rng.normalvariate
    channel, country = choose(rng, _CHANNELS), choose(rng, _COUNTRIES)
    liquidity = normal(0.0, 1.0)
    discipline = 0.35 * liquidity + normal(0.0, math.sqrt(1 - 0.35**2))
    vigour, trust = normal(0.0, 1.0), normal(0.0, 1.0)
    return Traits(
        joined=joined,
        channel=channel,
        country=country,
        rate=math.exp(behaviour.gap_spread * vigour) / behaviour.median_gap,
        regularity=_regularity(rng, behaviour),
        hazard=behaviour.lapse_hazard
        * math.exp(
            behaviour.lapse_spread * normal(0.0, 1.0)
            - 0.2 * vigour
            - behaviour.trust_keeps * trust
            + _CHANNEL_HAZARD[channel]
        ),
        sensitivity=math.exp(normal(-0.08, 0.4)),
        spend=behaviour.spend_spread * normal(0.0, 1.0),
        taste=rng.random(),
        wholesale=rng.random() < behaviour.wholesale_share,
        favourite=rng.choice(tuple(assortment.by_category)),
        habit=0.4 + 0.5 * rng.random(),
        discipline=discipline,
        liquidity=liquidity,
        squeezes=_squeezes(rng, joined, days, liquidity, behaviour),
        squeeze_weight=behaviour.squeeze_weight,
        remoteness=normal(0.0, 1.0),
        sends_back=normal(0.0, 0.8),
        trust=trust,
        candour=normal(0.0, 1.0),
        bids=rng.random() < behaviour.bidder_share * math.exp(0.3 * trust),
        leanings=_leanings(rng, liquidity, trust),
    )


def _regularity(rng: Random, behaviour: Behaviour) -> float:
    """Draw whether someone buys on a whim or when the cupboard is empty."""
    replenishes = rng.random() < behaviour.replenisher_share
    usual = behaviour.replenisher_regularity if replenishes else behaviour.whim_regularity
    return usual * math.exp(rng.normalvariate(0.0, 0.25))


def _squeezes(
    rng: Random, joined: float, days: int, liquidity: float, behaviour: Behaviour
) -> tuple[tuple[float, float], ...]:
    """Draw the spells in which money is short; fewer for who has more of it."""
    per_day = behaviour.squeezes_per_year / 365 * math.exp(-0.5 * liquidity)
    spells: list[tuple[float, float]] = []
    at = joined - behaviour.squeeze_days + rng.expovariate(per_day)
    while at < days:
        stop = at + 15.0 + rng.expovariate(1 / (behaviour.squeeze_days - 15.0))
        spells.append((at, stop))
        at = stop + rng.expovariate(per_day)
    return tuple(spells)


def _leanings(rng: Random, liquidity: float, trust: float) -> tuple[float, ...]:
    """Draw how a customer likes to pay: one method mostly, the others now and then."""
    bent = [share * rng.expovariate(1.0) ** 1.5 for share in _LEANINGS]
    bent[3] *= math.exp(-0.25 * liquidity)
    bent[4] *= math.exp(0.7 * trust)
    total = sum(bent)
    return tuple(accumulate(share / total for share in bent))


def choose(rng: Random, shares: tuple[tuple[str, float], ...]) -> str:
    """Draw a name by its share."""
    drawn = rng.random()
    for name, share in shares:
        drawn -= share
        if drawn < 0:
            return name
    return shares[-1][0]
