"""What offers truly do to the customers of a simulated shop, which no shop can know: each life is lived twice.

Orders that come of auctions do not count: there customers meet, and what one of them does changes what others pay.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import NamedTuple

from commerce.records.instants import find_zone
from simulation.behaviour import Behaviour
from simulation.calendar import Calendar
from simulation.event_log import EventLog
from simulation.offers import MadeOffers, OfferEffect
from simulation.options import SimulationOptions, SimulationRefused
from simulation.population import Population
from simulation.records import Invoice, Payment, Return


class Outcome(NamedTuple):
    """What a customer did within a horizon."""

    orders: int
    """Placed, those among them that were called off later."""
    paid_minor: int
    """Minor units; worth of the orders, less what was called off, came back or was refunded of them."""


class TrueEffect(NamedTuple):
    """What a customer did, and would have done."""

    without: Outcome
    offered: Outcome
    """With an offer; the same as without for whom it does not move."""


def true_effects(
    options: SimulationOptions,
    day: int,
    customers: Collection[str],
    *,
    horizon_days: int,
    effect: OfferEffect | None = None,
) -> Mapping[str, TrueEffect]:
    """Tell what some customers of a simulated shop do within a horizon, with an offer and without.

    Nobody can know this of a real shop. It is what a campaign's report is checked by, and what a choice of customers
    truly earns: each is asked about on her own, so that one call answers for every choice.

    Parameters
    ----------
    day : int
        Days since opening, 1 or more; the horizon begins with it.
    customers : collection of str
        External ids, such as "C00001".
    horizon_days : int
        >= 1; the shop must be simulated to its end.
    effect : OfferEffect, optional
        The usual one by default.

    Returns
    -------
    mapping of str to TrueEffect
        By external id, in the order of the customers' numbers.

    Raises
    ------
    SimulationRefused
        "horizon must end within the 731 days that are simulated; got ...", "customers must be the shop's own; got ..."
    """
    if not 1 <= day <= day + horizon_days <= options.days or horizon_days < 1:
        raise SimulationRefused(
            f"horizon must end within the {options.days:,} days that are simulated; got {horizon_days} days from day"
            f" {day}. Begin earlier."
        )
    calendar = Calendar(options.first_day, options.days, find_zone(options.zone))
    population = Population(options, _NAMELESS, calendar, Behaviour())
    numbers = population.numbers(customers)
    offers = MadeOffers(day=day, to=frozenset(customers), effect=effect or OfferEffect())
    found = {}
    for name, number in sorted(numbers.items(), key=lambda each: each[1]):
        logs = [population.person(number, those).shopper.event_log for those in (None, offers)]
        found[name] = TrueEffect(*(outcome(log, day, horizon_days) for log in logs))
    return found


def realised_gain(
    effects: Mapping[str, TrueEffect], chosen: Collection[str], *, margin: float, cost_minor: int
) -> float:
    """Tell what offers to some customers truly earn, in minor units, their cost deducted.

    Parameters
    ----------
    effects : mapping of str to TrueEffect
        Of all who might be chosen, as `true_effects` gives them.
    chosen : collection of str
        External ids, each once.
    margin : float
        In (0, 1]; what is earned of each amount paid.
    cost_minor : int
        Minor units; of an offer.

    Examples
    --------
    >>> effects = {"C1": TrueEffect(Outcome(0, 0), Outcome(1, 5000)), "C2": TrueEffect(*[Outcome(1, 900)] * 2)}
    >>> [realised_gain(effects, chosen, margin=0.3, cost_minor=200) for chosen in (["C1"], ["C1", "C2"])]
    [1300.0, 1100.0]
    """
    more = sum(
        effects[name].offered.paid_minor - effects[name].without.paid_minor for name in chosen
    )
    return margin * more - cost_minor * len(chosen)


def outcome(event_log: EventLog, day: int, horizon_days: int) -> Outcome:
    """Read off a log what its customer did on some days, as known at the shop's clock.

    Parameters
    ----------
    day : int
        The first of the days, since opening.
    """
    first, end = (event_log.calendar.instant(at) for at in (day, day + horizon_days))
    worth = {
        row[_RECORD]: row[_AMOUNT]
        for row in event_log.events
        if row[_TYPE] == "order.placed" and first <= row[_OCCURRED] < end
    }
    of_order = {
        record.id: record.order_id
        for record in event_log.records
        if isinstance(record, Payment | Invoice | Return)
    }
    goods, money = Counter[str](), Counter[str]()
    for row in event_log.events:
        order = of_order.get(row[_RECORD], row[_RECORD])
        if order is None:
            continue
        if row[_TYPE] in _GOODS_BACK:
            goods[order] += row[_AMOUNT]
        elif row[_TYPE] in _MONEY_BACK:
            money[order] += row[_AMOUNT]
    net = (paid - min(paid, max(goods[order], money[order])) for order, paid in worth.items())
    return Outcome(len(worth), sum(net))


_TYPE, _OCCURRED, _RECORD, _AMOUNT = 3, 4, 12, 14
"""Places in the rows of an `EventLog`: its own three columns, then those of a new event."""

_GOODS_BACK = ("order.cancelled", "return.approved")
_MONEY_BACK = ("payment.refunded", "payment.charged_back", "invoice.credited")

_NAMELESS = "nobody"
"""The slug from which ids are made that nobody keeps."""
