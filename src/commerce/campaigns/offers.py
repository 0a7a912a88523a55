"""Starting a campaign, and reading what was started: all of it is in the stream.

A campaign is one ``campaign.started`` and, in the same transaction, an ``offer.made`` or ``offer.withheld`` for each
customer of its draw. A table of its own would say nothing more: what a campaign is does not change, and how it went is
read off what its customers did.

* ``campaign.started``: ``reason`` its name, ``method`` the model, ``category`` the model's version, ``value`` the seed,
  ``quantity`` the margin in hundredths of a percent;
* ``offer.made``: ``amount_minor`` its cost, ``value`` the gain expected of it in minor units, ``category`` the state
  of the customer, ``reason`` the layer, ``quantity`` the days since the latest order;
* ``offer.withheld``: the same, without an amount.

Each belongs to the campaign as its aggregate, and is due at the end of the horizon.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import Row, Select, func, select

from commerce.campaigns.drawing import Drawn, Pick, draw
from commerce.campaigns.plan import CampaignPlan
from commerce.records import schema
from commerce.records.annulment import stands
from commerce.records.arguments import checked
from commerce.records.errors import Conflict, NotFound, existing
from commerce.records.idempotency import once
from commerce.records.instants import from_micros, midnight, to_micros
from commerce.records.machine import EventDraft, Step, fire_together
from commerce.records.states import CAMPAIGN
from commerce.records.stream.event_types import reason_code
from commerce.records.work import Work

STARTED, MADE, WITHHELD = "campaign.started", "offer.made", "offer.withheld"


class Campaign(NamedTuple):
    """A campaign that was started."""

    id: UUID
    name: str
    model: str
    model_version: str
    seed: int
    margin_bp: int
    started_at: datetime
    ends_at: datetime
    """Where what is done counts no more: midnight where the shop is."""
    offers: int
    withheld: int
    cost_minor: int
    """Of all its offers."""
    promised_minor: int
    """The gain that its offers were expected to bring, their cost deducted."""


class Member(NamedTuple):
    """A customer of a campaign: one who got the offer, or was held out."""

    customer_id: UUID
    treated: bool
    """Whether the offer was made; else it was withheld."""
    cost_minor: int
    """0 where it was withheld."""
    gain_minor: int
    """What an offer was expected to earn."""
    state: str
    layer: str
    recency_days: int | None
    """Days since the latest order, as known then."""


def start(work: Work, plan: CampaignPlan, picks: Sequence[Pick]) -> Campaign:
    """Draw who gets the offer and who does not, and record it; a campaign of that name that is there is given again.

    Idempotent by the name: asked again, nothing is drawn and nothing recorded. One transaction: killed before its end,
    it leaves nothing.

    Parameters
    ----------
    plan : CampaignPlan
    picks : sequence of Pick
        Each customer once.

    Raises
    ------
    NotFound
        "customer must exist; got ..."
    Forbidden
        "role must be one of admin, system for campaign.started; got ..."
    Conflict
        "campaign must have a name of its own; got ..." where another model or seed stands under it.
    RecordError
        As `commerce.campaigns.drawing.draw`.
    """
    work.actor.require(STARTED, "admin", "system")
    key = campaign_id(work.tenant.slug, plan.name)
    if _started(work, key) is None:
        once(work, STARTED, plan.name, plan.name, lambda: _start(work, key, plan, picks))
    found = find_campaign(work, plan.name)
    if (found.model, found.seed) != (plan.model, plan.seed):
        raise Conflict(
            f"campaign must have a name of its own; got {plan.name!r}, of {found.model} with seed {found.seed}."
            " Choose another name."
        )
    return found


@checked
def find_campaign(work: Work, name: str) -> Campaign:
    """Find a campaign by its name. For who runs the shop.

    Raises
    ------
    NotFound
        "campaign must exist; got ..."
    Forbidden
    """
    work.actor.require("campaigns", "admin", "system")
    key = campaign_id(work.tenant.slug, name)
    started = existing(_started(work, key), "campaign", name)
    return _shown(started, _count(work, _drawn(work, started)))


def list_campaigns(work: Work) -> list[Campaign]:
    """List the campaigns of the shop, the last first. For who runs it.

    Raises
    ------
    Forbidden
    """
    work.actor.require("campaigns", "admin", "system")
    query = _standing(work).where(_event.c.type == STARTED).order_by(_event.c.id.desc())
    counted = _count(work, _standing(work).where(_MEMBERS))
    return [_shown(row, counted) for row in work.connection.execute(query).all()]


@checked
def list_members(work: Work, name: str) -> list[Member]:
    """List the customers of a campaign's draw, the highest expected gain first. For who runs the shop.

    Raises
    ------
    NotFound
        "campaign must exist; got ..."
    Forbidden
    """
    campaign = find_campaign(work, name)
    started = existing(_started(work, campaign.id), "campaign", name)
    query = _drawn(work, started).order_by(_event.c.id)
    return [
        Member(
            customer_id=row.customer_id,
            treated=row.type == MADE,
            cost_minor=row.base_minor or 0,
            gain_minor=row.value,
            state=row.category,
            layer=row.reason,
            recency_days=row.quantity,
        )
        for row in work.connection.execute(query).all()
    ]


def campaign_id(tenant_slug: str, name: str) -> UUID:
    """Give the id of a shop's campaign: its name makes it.

    Examples
    --------
    >>> campaign_id("acme", "spring") == campaign_id("acme", "spring")
    True
    """
    return uuid5(NAMESPACE_URL, f"bellwether:campaign:{tenant_slug}:{name}")


_event = schema.event
_MEMBERS = _event.c.type.in_((MADE, WITHHELD))


def _start(work: Work, key: UUID, plan: CampaignPlan, picks: Sequence[Pick]) -> str:
    drawn = draw(picks, holdout=plan.holdout, seed=plan.seed, budget=plan.budget)
    _check_customers(work, [each.pick.customer_id for each in drawn])
    today = from_micros(work.now).astimezone(work.tenant.zone).date()
    first = today + timedelta(days=1)
    ends = to_micros(midnight(first + timedelta(days=plan.horizon_days), work.tenant.zone))
    started = EventDraft(
        STARTED,
        reason=plan.name,
        method=plan.model,
        category=plan.model_version,
        value=plan.seed,
        quantity=plan.margin_bp,
        due_at=ends,
    )
    steps = [Step(CAMPAIGN, key, (started,))]
    steps += [Step(CAMPAIGN, key, (_offer(each, plan, ends),)) for each in drawn]
    fire_together(work, steps)
    return key.hex


def _offer(drawn: Drawn, plan: CampaignPlan, ends: int) -> EventDraft:
    pick = drawn.pick
    return EventDraft(
        MADE if drawn.treated else WITHHELD,
        customer_id=pick.customer_id,
        amount=plan.cost_minor if drawn.treated else None,
        value=pick.gain,
        quantity=pick.recency_days,
        category=reason_code(pick.state),
        reason=reason_code(f"layer_{drawn.layer}"),
        due_at=ends,
    )


def _check_customers(work: Work, customers: Sequence[UUID]) -> None:
    """Refuse customers that this shop does not have."""
    table = schema.customer
    for first in range(0, len(customers), _AT_ONCE):
        some = customers[first : first + _AT_ONCE]
        query = select(table.c.id).where(table.c.tenant_id == work.tenant.id, table.c.id.in_(some))
        unknown = set(some) - set(work.connection.scalars(query))
        if unknown:
            raise NotFound("customer", min(unknown))


_AT_ONCE = 500


def _standing(work: Work) -> Select[Any]:
    """Select the shop's events that were not taken back."""
    tenant = work.tenant.id
    return select(_event).where(_event.c.tenant_id == tenant, stands(_event, tenant))


def _started(work: Work, key: UUID) -> Row[Any] | None:
    query = _standing(work).where(_event.c.type == STARTED, _event.c.aggregate_id == key.hex)
    return work.connection.execute(query).first()


def _drawn(work: Work, started: Row[Any]) -> Select[Any]:
    """Select the offers of a campaign: they were recorded at the instant at which it was."""
    return _standing(work).where(
        _event.c.recorded_at == started.recorded_at,
        _event.c.aggregate_id == started.aggregate_id,
        _MEMBERS,
    )


def _count(work: Work, members: Select[Any]) -> dict[str, Row[Any]]:
    """Count the members of campaigns, and add up what offers cost and promise, by the campaigns' ids."""
    some = members.subquery()
    made = some.c.type == MADE
    counted = select(
        some.c.aggregate_id,
        func.count().filter(made).label("treated"),
        func.count().filter(~made).label("withheld"),
        func.coalesce(func.sum(some.c.base_minor), 0).label("cost"),
        func.coalesce(func.sum(some.c.value).filter(made), 0).label("promised"),
    ).group_by(some.c.aggregate_id)
    return {row.aggregate_id: row for row in work.connection.execute(counted)}


def _shown(started: Row[Any], counted: Mapping[str, Row[Any]]) -> Campaign:
    members = counted[started.aggregate_id]
    return Campaign(
        id=UUID(started.aggregate_id),
        name=started.reason,
        model=started.method,
        model_version=started.category,
        seed=started.value,
        margin_bp=started.quantity,
        started_at=started.occurred_at,
        ends_at=started.due_at,
        offers=members.treated,
        withheld=members.withheld,
        cost_minor=int(members.cost),
        promised_minor=int(members.promised),
    )
