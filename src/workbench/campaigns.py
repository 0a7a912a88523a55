"""Whom the champion picks for an offer, what a campaign can show, who gets it, and what decisions learn of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import sqrt
from statistics import fmean, pstdev
from uuid import UUID

import numpy as np
import pandas as pd

from analytics.campaigns import GroupEffect
from analytics.intervals import customers_needed, smallest_seen
from commerce.campaigns.drawing import Drawn, Pick
from commerce.campaigns.offers import Member
from commerce.records.money import exact_minor
from features.catalogue import CATALOGUE
from features.frames import feature_frame
from scoring.decisions import decide_many
from scoring.offers import Offer, SuccessRate
from scoring.package import Package
from serving.predict.nightly import score_customers
from workbench import layouts
from workbench.customers import customer_names
from workbench.errors import PlanError
from workbench.notebook import Bench

LAPSED = "lapsed"
"""The state of customers who left already."""

FEWEST_LEFT = 20
"""How many of a group must have left without an offer for its own rate to be reckoned with."""

_RECENCY, _SPEND = "days_since_order", "spend_90d"


@dataclass(frozen=True, kw_only=True)
class Picked:
    """Whom a decision picked, and what it reckons with."""

    package: Package
    offer: Offer
    customers: int
    """All who were scored."""
    picks: tuple[Pick, ...]
    success: tuple[float, ...]
    """Of each pick, the chance that the offer keeps her if she would leave."""
    earned: tuple[float, ...]
    """Of each pick, the margin on what she paid in the last 90 days, in minor units: how much such amounts differ."""

    @property
    def margin_bp(self) -> int:
        """The margin in hundredths of a percent."""
        return round(self.offer.margin * 10_000)


@dataclass(frozen=True, kw_only=True)
class Power:
    """What a campaign can show: which effects would be seen four times in five."""

    offers: int
    held_out: int
    kept: float
    """The share of the customers with an offer that must be kept."""
    kept_expected: float
    gain: float
    """Minor units an offer must earn, its cost not deducted."""
    gain_expected: float
    needed: int | None
    """Customers to be drawn with the same share held out, to see the effect that is expected on who leaves."""


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What offers may come to: so many of them, or what they cost in all."""

    offers: int | None = None
    minor: int | None = None
    """Minor units."""

    def within(self, cost: int) -> int | None:
        """Give how many offers of a cost there may be; None where nothing limits them.

        Examples
        --------
        >>> Budget(offers=900).within(250), Budget(minor=100_00).within(250), Budget(minor=100_00).within(0)
        (900, 40, None)
        """
        return self.offers if self.minor is None else self.minor // cost if cost else None


def read_budget(text: str, currency: str) -> Budget:
    """Read a number of offers, or an amount by its currency.

    Raises
    ------
    PlanError
        "budget must be a number of offers, or an amount of EUR; got ..."
    RecordError
        As `commerce.records.money.exact_minor`.

    Examples
    --------
    >>> read_budget("900", "EUR"), read_budget("2250.50 EUR", "EUR")
    (Budget(offers=900, minor=None), Budget(offers=None, minor=225050))
    """
    amount = re.fullmatch(rf"(\d+(?:\.\d+)?)\s*{currency}", text.strip(), re.IGNORECASE)
    if amount:
        return Budget(minor=exact_minor(Decimal(amount[1]), currency, "budget"))
    if not re.fullmatch(r"[0-9]+", text.strip()):
        raise PlanError(
            f"budget must be a number of offers, or an amount of {currency}; got {text!r}."
            f' Write 900, or "2250 {currency}".'
        )
    return Budget(offers=int(text))


def find_picks(bench: Bench, package: Package) -> Picked:
    """Score everybody as of the bench's instant, keep the scores, and give the customers to act on.

    Raises
    ------
    PlanError
        "champion must know what an offer earns; got ... ..."
    """
    offer = package.offer
    if offer is None:
        raise PlanError(
            f"champion must know what an offer earns; got {package.label}, which does not. Models of who leaves do,"
            " where payments are on record: `bellwether run --models churn` decides anew."
        )
    stream = layouts.copy_stream(bench)
    wanted = dict.fromkeys((*package.names, _RECENCY, _SPEND))
    frame = feature_frame(stream, [bench.cutoff], CATALOGUE.subset(list(wanted)))
    values = frame[list(package.names)].to_numpy(dtype=np.float64)
    customers = frame["customer_id"].tolist()
    score_customers(
        bench.engine,
        bench.tenant,
        package,
        CATALOGUE,
        customer_ids=customers,
        values=values,
        as_of=bench.as_of,
        now=bench.now,
        backfills=stream.backfills,
    )
    silences, spent = frame[_RECENCY].tolist(), frame[_SPEND].fillna(0.0).tolist()
    picks, success, earned = list[Pick](), list[float](), list[float]()
    decisions = decide_many(package, values)
    for customer, decision, days, paid in zip(customers, decisions, silences, spent, strict=True):
        action = decision.decision
        if action.action != package.decision.at_or_above or action.gain is None:
            continue
        state = (decision.population or "everyone").replace(" ", "_")
        recency = None if days != days else int(days)
        picks.append(Pick(UUID(customer), action.gain, decision.risk, state, recency))
        success.append(action.success or 0.0)
        earned.append(paid * offer.margin)
    return Picked(
        package=package,
        offer=offer,
        customers=len(customers),
        picks=tuple(picks),
        success=tuple(success),
        earned=tuple(earned),
    )


def power(picked: Picked, drawn: Sequence[Drawn], holdout: float) -> Power:
    """Tell what a campaign among these customers can show, before it starts."""
    offers = sum(each.treated for each in drawn)
    held_out = len(drawn) - offers
    places = {pick.customer_id: place for place, pick in enumerate(picked.picks)}
    chosen = [places[each.pick.customer_id] for each in drawn]
    leaving = fmean(each.pick.probability for each in drawn)
    spread = sqrt(leaving * (1 - leaving))
    expected = fmean(picked.picks[place].probability * picked.success[place] for place in chosen)
    return Power(
        offers=offers,
        held_out=held_out,
        kept=smallest_seen(spread, offers, held_out),
        kept_expected=expected,
        gain=smallest_seen(pstdev(picked.earned[place] for place in chosen), offers, held_out),
        gain_expected=fmean(each.pick.gain for each in drawn) + picked.offer.cost,
        needed=customers_needed(spread, expected, holdout),
    )


def offer_list(bench: Bench, members: Sequence[Member], *, with_arm: bool = False) -> pd.DataFrame:
    """Give the list for whoever sends the offers: those to whom one is made, by the shop's own ids.

    Parameters
    ----------
    with_arm : bool, default False
        Whether those held out are listed, too, with a column that says so: not for whoever sends offers.

    Returns
    -------
    DataFrame of shape (n_customers, 3 or 4)
        ``customer``, ``state``, ``days_since_order``, and ``arm`` where it is asked for; the highest gain first.
    """
    names = customer_names(bench)
    listed = [each for each in members if each.treated or with_arm]
    table = pd.DataFrame(
        {
            "customer": [names[each.customer_id.hex] for each in listed],
            "state": [each.state for each in listed],
            "days_since_order": pd.array([each.recency_days for each in listed], dtype="Int64"),
        }
    )
    if with_arm:
        table["arm"] = ["offered" if each.treated else "held out" for each in listed]
    return table


def success_rates(learned: Sequence[GroupEffect]) -> tuple[SuccessRate, ...]:
    """Turn what campaigns taught into the rates that a decision reckons with, by silence.

    A group counts by itself where at least 20 of it left without an offer; else it has the rate of its state, and a
    state of which there are fewer that of all. An effect below nothing is none.

    Parameters
    ----------
    learned : sequence of GroupEffect
        As `analytics.campaigns.learned_success` gives them.

    Returns
    -------
    tuple of SuccessRate
        For customers who have not left, then for those who have, each from 0 days on; empty where too few left.
    """
    told = {(each.state, each.recency_days): _rate(each) for each in learned}
    everybody = told.get((None, None))
    if everybody is None:
        return ()
    rates = []
    for returns in (False, True):
        state = next(
            (each.state for each in learned if each.state and (each.state == LAPSED) == returns),
            None,
        )
        of_state = told.get((state, None))
        steps = {0.0: everybody if of_state is None else of_state}
        for each in learned:
            rate = _rate(each)
            if each.state == state and each.recency_days is not None and rate is not None:
                first, last = each.recency_days
                steps[float(first)] = rate
                if last is not None:
                    steps.setdefault(last + 1.0, everybody if of_state is None else of_state)
        rates += [
            SuccessRate(rate=steps[days], returns=returns, from_days=days) for days in sorted(steps)
        ]
    return tuple(rates)


def _rate(group: GroupEffect) -> float | None:
    if group.success is None or group.left_withheld < FEWEST_LEFT:
        return None
    return round(min(1.0, max(0.0, group.success.value)), 6)
