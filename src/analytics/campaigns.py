"""What a campaign earned: whom an offer was made to against whom it was withheld from, by what both did afterwards.

Days are counted where the shop is. That of the offer counts for nobody: who ordered on it may have done so before. From
the next one on, for as many days as the horizon has,

* a customer **left** who placed no order, as the model means it;
* a customer **earned** the margin on what was sold to her, net of what was taken back, less the cost of the offer.

The customers were drawn at random, so the difference between the two is what the offers did, but for chance; how much
chance there is, the intervals say. While days are still to come, the figures are those so far.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean
from typing import NamedTuple
from uuid import UUID

from analytics.intervals import (
    Estimate,
    difference_of_means,
    difference_of_shares,
    risk_taken_away,
    share,
)
from analytics.view import View
from commerce.campaigns.offers import (
    Campaign,
    Member,
    find_campaign,
    list_campaigns,
    list_members,
)
from commerce.campaigns.plan import WHOLE
from commerce.records.actors import SYSTEM
from commerce.records.errors import RecordError
from commerce.records.work import looking

RECENCIES = ((0, 30), (31, 90), (91, 180), (181, 365), (366, None))
"""Days since the latest order, from and to, by which customers are told apart."""


class Outcome(NamedTuple):
    """A customer of a campaign, and what became of her."""

    member: Member
    orders: int
    net_minor: int
    """Sold, net of what was taken back."""

    @property
    def left(self) -> bool:
        """Whether she placed no order."""
        return self.orders == 0

    def earned(self, margin_bp: int) -> float:
        """What the shop earned, in minor units, the cost of the offer deducted."""
        return self.net_minor * margin_bp / WHOLE - self.member.cost_minor


@dataclass(frozen=True, kw_only=True)
class Arm:
    """The customers who got the offer, or those who did not."""

    customers: int
    left: int
    orders: int
    net_minor: int
    cost_minor: int
    left_share: Estimate | None


@dataclass(frozen=True, kw_only=True)
class GroupEffect:
    """What offers did among some customers.

    ``state`` and ``recency_days`` say which; None stands for all of them.
    """

    state: str | None
    recency_days: tuple[int, int | None] | None
    """From and to; without an end where it is None."""
    offered: int
    withheld: int
    left_offered: int
    left_withheld: int
    success: Estimate | None
    """Which share of those who would have left the offer kept: the success rate that a decision reckons with."""


@dataclass(frozen=True, kw_only=True)
class CampaignReport:
    """How a campaign went."""

    campaign: Campaign
    currency: str
    days: int
    """Of the horizon."""
    days_passed: int
    treated: Arm
    control: Arm
    kept: Estimate | None
    """By how much the share of who left is lower among who got the offer."""
    gain: Estimate | None
    """Minor units for each offer made, its cost deducted: what it earned."""
    promised: float
    """The same as it was expected."""
    groups: tuple[GroupEffect, ...]

    @property
    def finished(self) -> bool:
        """Whether the horizon has passed."""
        return self.days_passed >= self.days

    @property
    def success(self) -> Estimate | None:
        """Which share of those who would have left the offers kept."""
        return self.groups[0].success


def campaign_report(view: View, name: str) -> CampaignReport:
    """Tell how a campaign went, or goes, as known at the view's instant.

    Raises
    ------
    NotFound
        "campaign must exist; got ..."
    RecordError
        "campaign must have started before ...; got ..."
    """
    with looking(view.engine, view.tenant, SYSTEM, now=view.as_of) as work:
        campaign = find_campaign(work, name)
        members = list_members(work, name)
    if campaign.started_at >= view.as_of:
        raise RecordError(
            f"campaign must have started before {view.as_of}; got {name!r}, started at"
            f" {campaign.started_at}. Ask as of a later instant."
        )
    outcomes = _outcomes(view, campaign, members)
    treated = [each for each in outcomes if each.member.treated]
    control = [each for each in outcomes if not each.member.treated]
    first, _ = days_of(view, campaign)
    days = _horizon(view, campaign)
    return CampaignReport(
        campaign=campaign,
        currency=view.tenant.currency,
        days=days,
        days_passed=min(days, max(0, (view.today - first).days)),
        treated=_arm(treated),
        control=_arm(control),
        kept=difference_of_shares(_left(control), _left(treated)),
        gain=gain_of(outcomes, campaign.margin_bp),
        promised=fmean(each.member.gain_minor for each in treated),
        groups=group_effects([outcomes]),
    )


def learned_success(view: View, model: str = "churn") -> tuple[GroupEffect, ...]:
    """Tell what the finished campaigns of a model teach: success rates with their intervals, by state and recency.

    The first says it of all customers together, the next of each state, then of each state by recency; groups of which
    nobody was drawn are left out, as all are where no campaign has finished.
    """
    with looking(view.engine, view.tenant, SYSTEM, now=view.as_of) as work:
        done = [
            (campaign, list_members(work, campaign.name))
            for campaign in list_campaigns(work)
            if campaign.model == model and campaign.ends_at <= view.as_of
        ]
    return group_effects([_outcomes(view, campaign, members) for campaign, members in done])


def gain_of(outcomes: Iterable[Outcome], margin_bp: int) -> Estimate | None:
    """Estimate what an offer earned, in minor units, layer by layer of the draw."""
    layers: dict[str, tuple[list[float], list[float]]] = {}
    for each in outcomes:
        arms = layers.setdefault(each.member.layer, ([], []))
        arms[0 if each.member.treated else 1].append(each.earned(margin_bp))
    return difference_of_means([layers[name] for name in sorted(layers)])


def group_effects(campaigns: Sequence[Sequence[Outcome]]) -> tuple[GroupEffect, ...]:
    """Tell what offers did: to all customers, to those of each state, and to those of each state by recency.

    Parameters
    ----------
    campaigns : sequence of sequences of Outcome
        What became of the customers of each.
    """
    if not campaigns:
        return ()
    found = [_effect(campaigns, None, None)]
    for state in sorted({each.member.state for outcomes in campaigns for each in outcomes}):
        of_state = [
            [each for each in outcomes if each.member.state == state] for outcomes in campaigns
        ]
        found.append(_effect(of_state, state, None))
        for limits in RECENCIES:
            some = [
                [each for each in outcomes if _within(each.member.recency_days, limits)]
                for outcomes in of_state
            ]
            if any(some):
                found.append(_effect(some, state, limits))
    return tuple(found)


def days_of(view: View, campaign: Campaign) -> tuple[date, date]:
    """Give the first and the last day on which what customers did counts."""
    zone = view.tenant.zone
    first = campaign.started_at.astimezone(zone).date() + timedelta(days=1)
    return first, campaign.ends_at.astimezone(zone).date() - timedelta(days=1)


def _horizon(view: View, campaign: Campaign) -> int:
    first, last = days_of(view, campaign)
    return (last - first).days + 1


_DID = """
WITH drawn AS (SELECT key, number AS customer FROM customer_key WHERE key IN (SELECT unnest($customers::VARCHAR[]))),
ordered AS (
    SELECT customer, count(*) AS orders FROM placed
    WHERE day BETWEEN $first AND $last AND customer IN (SELECT customer FROM drawn) GROUP BY customer
),
sold AS (
    SELECT customer, sum(gross) - sum(taken_back) AS net FROM movement
    WHERE day BETWEEN $first AND $last AND customer IN (SELECT customer FROM drawn) GROUP BY customer
)
SELECT key, coalesce(orders, 0), coalesce(net, 0)
FROM drawn LEFT JOIN ordered USING (customer) LEFT JOIN sold USING (customer)
"""


def _outcomes(view: View, campaign: Campaign, members: Sequence[Member]) -> list[Outcome]:
    first, last = days_of(view, campaign)
    rows = view.rows(
        _DID, customers=[each.customer_id.hex for each in members], first=first, last=last
    )
    did = {UUID(key): (int(orders), int(net)) for key, orders, net in rows}
    return [Outcome(each, *did.get(each.customer_id, (0, 0))) for each in members]


def _arm(outcomes: Sequence[Outcome]) -> Arm:
    left, customers = _left(outcomes)
    return Arm(
        customers=customers,
        left=left,
        orders=sum(each.orders for each in outcomes),
        net_minor=sum(each.net_minor for each in outcomes),
        cost_minor=sum(each.member.cost_minor for each in outcomes),
        left_share=share(left, customers),
    )


def _left(outcomes: Sequence[Outcome]) -> tuple[int, int]:
    """How many left, of how many."""
    return sum(each.left for each in outcomes), len(outcomes)


def _effect(
    campaigns: Sequence[Sequence[Outcome]],
    state: str | None,
    recency: tuple[int, int | None] | None,
) -> GroupEffect:
    tables = [
        (
            _left([each for each in outcomes if each.member.treated]),
            _left([each for each in outcomes if not each.member.treated]),
        )
        for outcomes in campaigns
    ]
    return GroupEffect(
        state=state,
        recency_days=recency,
        offered=sum(treated[1] for treated, _ in tables),
        withheld=sum(control[1] for _, control in tables),
        left_offered=sum(treated[0] for treated, _ in tables),
        left_withheld=sum(control[0] for _, control in tables),
        success=risk_taken_away(tables),
    )


def _within(days: int | None, limits: tuple[int, int | None]) -> bool:
    return days is not None and limits[0] <= days and (limits[1] is None or days <= limits[1])
