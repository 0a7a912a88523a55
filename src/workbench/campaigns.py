"""Whom the champion picks for an offer, what a campaign among them can show, and the list for whoever sends it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import sqrt
from statistics import fmean, pstdev

import numpy as np
import pandas as pd

from analytics.intervals import customers_needed, smallest_seen
from commerce.campaigns.drawing import Drawn, Pick
from commerce.campaigns.offers import WHOLE, Offer
from commerce.records.identity import as_uuid
from commerce.records.money import exact_minor
from features.catalogue import CATALOGUE
from features.frames import feature_frame
from scoring.decisions import Decision, decide_many
from scoring.package import DecisionRule, Package
from serving.predict.batch import score_customers
from training.specs import find_spec
from training.specs.economics import Retention, typical_order
from workbench import stages
from workbench.errors import PlanError
from workbench.notebook import Bench
from workbench.scoreboard import customer_names

_RECENCY, _SPEND = "days_since_order", "spend_90d"


@dataclass(frozen=True, kw_only=True)
class OfferTerms:
    """What an offer costs, and what a customer who stays is worth."""

    cost_minor: int
    """Minor units."""
    margin: float
    """In (0, 1]; what is earned of each amount paid."""
    success: float
    """In (0, 1]; the share of those who would leave that is expected to be kept."""

    @property
    def margin_bp(self) -> int:
        """The margin in hundredths of a percent."""
        return round(self.margin * WHOLE)


@dataclass(frozen=True, kw_only=True)
class Picked:
    """Whom a decision picked, and by which model's version."""

    package: Package
    terms: OfferTerms
    horizon_days: int
    customers: int
    """All who were scored."""
    picks: tuple[Pick, ...]
    earned: tuple[float, ...]
    """Minor units; the margin on what each pick paid in the last 90 days: how much such amounts differ."""


@dataclass(frozen=True, kw_only=True)
class Power:
    """What a campaign can show: which effects would be seen four times in five."""

    offers: int
    held_out: int
    kept: float
    """Of the customers who get an offer, the share that must be kept."""
    kept_expected: float
    gain: float
    """Minor units an offer must earn."""
    gain_expected: float
    needed: int | None
    """Customers to be drawn with the same share held out, to see the effect that is expected on who leaves."""


def find_picks(
    bench: Bench, package: Package, *, cost: Decimal | None = None, margin: float | None = None
) -> Picked:
    """Score everybody as of the bench's instant, keep the scores, and give the customers to act on.

    Parameters
    ----------
    cost : Decimal, optional
        Of an offer, in the tenant's currency; by default what the model reckons with.
    margin : float, optional
        In (0, 1]; by default what the model reckons with.

    Raises
    ------
    PlanError
        "model must be one whose decision is an offer; got ...", "margin must be more than 0 and at most 1; got ...",
        "cost must be given where no customer has paid; got none. ..."
    """
    spec = find_spec(package.model)
    economics = spec.economics
    if not isinstance(economics, Retention):
        raise PlanError(
            f"model must be one whose decision is an offer; got {package.model!r}. Try churn."
        )
    stream = stages.copy_stream(bench)
    wanted = dict.fromkeys((*package.names, _RECENCY, _SPEND, economics.order_value))
    frame = feature_frame(stream, [bench.cutoff], CATALOGUE.subset(list(wanted)))
    values = frame[list(package.names)].to_numpy(dtype=np.float64)
    score_customers(
        bench.engine,
        bench.tenant,
        package,
        CATALOGUE,
        customer_ids=frame["customer_id"].tolist(),
        values=values,
        as_of=bench.as_of,
        now=bench.now,
        backfills=stream.backfills,
    )
    terms = _terms(economics, frame, bench.tenant.currency, cost, margin)
    acted = [
        (place, decision)
        for place, decision in enumerate(decide_many(package, values))
        if decision.decision.action == package.decision.at_or_above
    ]
    spent = frame[_SPEND].fillna(0.0).to_numpy()
    return Picked(
        package=package,
        terms=terms,
        horizon_days=spec.horizon_days,
        customers=len(frame),
        picks=tuple(_pick(frame, place, each, package.decision, terms) for place, each in acted),
        earned=tuple(float(spent[place]) * terms.margin for place, _ in acted),
    )


def power(picked: Picked, drawn: Sequence[Drawn], holdout: float) -> Power:
    """Tell what a campaign among these customers can show, before it starts."""
    offers = sum(each.treated for each in drawn)
    held_out = len(drawn) - offers
    earned = dict(zip((pick.customer_id for pick in picked.picks), picked.earned, strict=True))
    leaving = fmean(each.pick.probability for each in drawn)
    spread = sqrt(leaving * (1 - leaving))
    expected = leaving * picked.terms.success
    return Power(
        offers=offers,
        held_out=held_out,
        kept=smallest_seen(spread, offers, held_out),
        kept_expected=expected,
        gain=smallest_seen(
            pstdev(earned[each.pick.customer_id] for each in drawn), offers, held_out
        ),
        gain_expected=fmean(each.pick.gain for each in drawn),
        needed=customers_needed(spread, expected, holdout),
    )


def offer_list(bench: Bench, offers: Sequence[Offer], *, with_arm: bool = False) -> pd.DataFrame:
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
    listed = [each for each in offers if each.treated or with_arm]
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


def _terms(
    economics: Retention,
    frame: pd.DataFrame,
    currency: str,
    cost: Decimal | None,
    margin: float | None,
) -> OfferTerms:
    if margin is not None and not 0 < margin <= 1:
        raise PlanError(f"margin must be more than 0 and at most 1; got {margin}. Try 0.3.")
    if cost is not None:
        minor = exact_minor(cost, currency, "cost")
    elif economics.offer_cost is not None:
        minor = economics.offer_cost
    else:
        order = typical_order(frame, economics.order_value)
        if order is None:
            raise PlanError(
                "cost must be given where no customer has paid for an order; got none. Add --cost."
            )
        minor = round(economics.offer_share * order)
    return OfferTerms(
        cost_minor=minor, margin=margin or economics.margin, success=economics.success_rate
    )


def _pick(
    frame: pd.DataFrame, place: int, decision: Decision, rule: DecisionRule, terms: OfferTerms
) -> Pick:
    customer = as_uuid(frame["customer_id"].iloc[place])
    assert customer is not None
    days = frame[_RECENCY].iloc[place]
    risk = _risk(decision)
    return Pick(
        customer_id=customer,
        gain=_gain(decision, risk, rule, terms),
        probability=risk,
        state=(getattr(decision, "population", None) or "everyone").replace(" ", "_"),
        recency_days=None if days != days else int(days),
    )


def _risk(decision: Decision) -> float:
    """The probability of leaving; of who left already, that of not coming back."""
    if decision.probability is None:
        return 1.0 - float(getattr(decision, "return_probability", None) or 0.0)
    return decision.probability


def _gain(decision: Decision, risk: float, rule: DecisionRule, terms: OfferTerms) -> int:
    """What an offer is expected to earn, in minor units.

    Where the decision does not say it, the threshold is where an offer just pays back its cost: a customer of twice
    that risk brings twice the cost.
    """
    gain: int | None = getattr(decision.decision, "gain", None)
    if gain is not None:
        return gain
    return round(terms.cost_minor * (risk / rule.threshold - 1)) if rule.threshold else 0
