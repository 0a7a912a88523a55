"""What a shadow would have changed: decisions, bands and money, held against the answers that were given.

A model believes its own figures, so each expects more of its own decisions. Where decisions differ, both ways are
therefore reckoned by both; which of the two is right, only outcomes tell.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select

from commerce.records import schema
from commerce.records.identity import identify
from commerce.records.money import format_money
from commerce.records.tenants import Tenant
from scoring.decisions import Action, Decision
from scoring.wording import counted
from serving.schema import score, shadow_score

SHOWN = 5
"""The customers about whom the two differ most."""
_ROWS_AT_ONCE = 5_000


@dataclass(frozen=True, kw_only=True)
class Money:
    """What acting is expected to earn on some customers, in minor units: by whose figures, and by whose decisions.

    Parameters
    ----------
    champion_by_champion, shadow_by_champion : int
        By the champion's figures: what it decided, and what the shadow would have.
    champion_by_shadow, shadow_by_shadow : int
        The same by the shadow's figures.
    """

    champion_by_champion: int = 0
    shadow_by_champion: int = 0
    champion_by_shadow: int = 0
    shadow_by_shadow: int = 0


@dataclass(frozen=True, kw_only=True)
class Differing:
    """A customer about whom the two decide otherwise, or values that were sent.

    Parameters
    ----------
    request_id : str
        Of the customer's latest answer.
    customer : str or None
        By the shop's own id, else ``number:17``; None for values.
    action_before, action_after : str
    risk_before, risk_after : float
    gain_before, gain_after : int or None
        Minor units; what acting is expected to earn, by either. None where the package knows no values.
    """

    request_id: str
    customer: str | None
    action_before: str
    action_after: str
    risk_before: float
    risk_after: float
    gain_before: int | None
    gain_after: int | None


@dataclass(kw_only=True)
class ShadowComparison:
    """What a shadow said to what its champion answered.

    Attributes
    ----------
    shadow : str
        Its label.
    currency : str
        Of all money.
    answered_by : Counter of str
        The answers that both gave, by the version that was believed.
    waiting, skipped : int
        Answers that the shadow has not been asked about yet, and never was.
    failed : Counter of str
        Answers to which it said nothing, by the reason.
    actions, bands : Counter of (str, str)
        Of the answers that both gave: what was said, and what the shadow said.
    shift, largest : float
        How far the risk moves, on average and at most.
    customers, differing : int
        Whom these answers are about, each by the latest; values without a customer count each by itself. And about how
        many of them the decisions differ.
    money, money_differing : Money or None
        On these customers, and on those who differ; None where neither package knows values.
    largest_differing : list of Differing
        Those with the most at stake first: by gain, else by risk.
    """

    shadow: str
    currency: str
    answered_by: Counter[str] = field(default_factory=Counter)
    waiting: int = 0
    skipped: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    actions: Counter[tuple[str, str]] = field(default_factory=Counter)
    bands: Counter[tuple[str, str]] = field(default_factory=Counter)
    shift: float = 0.0
    largest: float = 0.0
    customers: int = 0
    differing: int = 0
    money: Money | None = None
    money_differing: Money | None = None
    largest_differing: list[Differing] = field(default_factory=list)

    @property
    def both(self) -> int:
        """How many answers both gave."""
        return self.answered_by.total()

    @property
    def asked(self) -> int:
        """How many answers were given while it shadowed."""
        return self.both + self.waiting + self.skipped + self.failed.total()

    @property
    def changed(self) -> int:
        """How many answers would say to do something else."""
        return sum(count for (before, after), count in self.actions.items() if before != after)

    @property
    def sentence(self) -> str:
        """Say in plain words what it comes to."""
        about = f"{self.differing:,} of {counted(self.customers, 'customer')}"
        if not self.customers:
            return f"{self.shadow} has answered nothing yet."
        if not self.differing:
            return f"{self.shadow} would have decided the same about {counted(self.customers, 'customer')}."
        said = f"{self.shadow} would have decided otherwise about {about}"
        money = self.money_differing
        if money is None:
            return f"{said}; what that is worth, neither version knows."
        more = money.shadow_by_shadow - money.champion_by_shadow
        less = money.champion_by_champion - money.shadow_by_champion
        return (
            f"{said}: by its own figures that earns {format_money(more, self.currency)} more, by the champion's"
            f" {format_money(less, self.currency)} less. Which is right, outcomes will tell."
        )

    def as_dict(self) -> dict[str, Any]:
        """Give it in JSON's own types."""
        return {
            **asdict(self),
            "answered_by": dict(self.answered_by),
            "failed": dict(self.failed),
            "actions": _pairs(self.actions),
            "bands": _pairs(self.bands),
            "both": self.both,
            "asked": self.asked,
            "changed": self.changed,
            "sentence": self.sentence,
        }


@dataclass(frozen=True)
class _Pair:
    request_id: str
    customer_id: UUID | None
    before: Decision
    after: Decision

    @property
    def differs(self) -> bool:
        return self.before.decision.action != self.after.decision.action

    @property
    def stake(self) -> tuple[float, float, str]:
        """Order by what one of them expects to lose by the other's decision, else by risk."""
        gains = (_gain(self.before), _gain(self.after))
        move = abs(self.after.risk - self.before.risk)
        return -max(map(abs, gains)), -move, self.request_id


def compare_shadow(
    connection: Connection, tenant: Tenant, label: str, *, since: datetime | None, until: datetime
) -> ShadowComparison:
    """Hold what a shadow said against what was answered.

    Parameters
    ----------
    connection : Connection
        Any transaction on the record store.
    label : str
        `Package.label` of the shadow.
    since, until : datetime or None
        Aware; answers that were given from the one until before the other. None: from the first it was asked about.
    """
    found = ShadowComparison(shadow=label, currency=tenant.currency)
    latest: dict[UUID | str, _Pair] = {}
    for row in connection.execute(_asked(tenant, label, since, until)):
        if row.state == "decided":
            pair = _pair(row)
            _count(found, row.model_version, pair)
            latest[pair.customer_id or pair.request_id] = pair
        elif row.state == "failed":
            found.failed[row.why] += 1
        elif row.state == "skipped":
            found.skipped += 1
        else:
            found.waiting += 1
    pairs = list(latest.values())
    differing = [pair for pair in pairs if pair.differs]
    found.customers, found.differing = len(pairs), len(differing)
    if any(each.decision.gain is not None for pair in pairs for each in (pair.before, pair.after)):
        found.money, found.money_differing = _money(pairs), _money(differing)
    found.largest_differing = [
        _differing(connection, tenant, pair)
        for pair in sorted(differing, key=lambda pair: pair.stake)[:SHOWN]
    ]
    return found


def last_shadow(connection: Connection, tenant: Tenant, model: str) -> str | None:
    """Find the version that was asked last as a shadow of a model, None where none ever was."""
    query = (
        select(shadow_score.c.model_version)
        .where(shadow_score.c.tenant_id == tenant.id, shadow_score.c.model == model)
        .order_by(shadow_score.c.asked_at.desc(), shadow_score.c.request_id)
        .limit(1)
    )
    found = connection.scalar(query)
    return None if found is None else str(found)


def _asked(tenant: Tenant, label: str, since: datetime | None, until: datetime) -> Any:
    """Ask for what a shadow said beside what was answered, the earliest first."""
    query = (
        select(
            score.c.request_id,
            score.c.customer_id,
            score.c.model_version,
            score.c.probability,
            score.c.return_probability,
            score.c.band,
            score.c.decision,
            shadow_score.c.state,
            shadow_score.c.why,
            shadow_score.c.answer,
        )
        .join(shadow_score, shadow_score.c.request_id == score.c.request_id)
        .where(
            shadow_score.c.tenant_id == tenant.id,
            shadow_score.c.model == label.partition("/")[0].partition(".")[2],
            shadow_score.c.model_version == label,
            shadow_score.c.asked_at < until,
        )
        .order_by(shadow_score.c.asked_at, shadow_score.c.request_id)
        .execution_options(yield_per=_ROWS_AT_ONCE)
    )
    return query if since is None else query.where(shadow_score.c.asked_at >= since)


def _pair(row: Row[Any]) -> _Pair:
    given = Decision(
        probability=row.probability,
        return_probability=row.return_probability,
        score=None,
        band=row.band,
        rule_score=None,
        rule_band=None,
        decision=Action(**row.decision),
        reasons=(),
    )
    return _Pair(row.request_id, row.customer_id, given, Decision.from_dict(row.answer))


def _count(found: ShadowComparison, answered_by: str, pair: _Pair) -> None:
    """Count an answer, and what the shadow said."""
    before, after = pair.before, pair.after
    found.answered_by[answered_by] += 1
    found.actions[before.decision.action, after.decision.action] += 1
    if before.band is not None and after.band is not None:
        found.bands[before.band, after.band] += 1
    move = abs(after.risk - before.risk)
    found.shift += (move - found.shift) / found.both
    found.largest = max(found.largest, move)


def _gain(decision: Decision) -> int:
    """What acting is expected to earn; acting is decided where that is more than nothing."""
    return decision.decision.gain or 0


def _money(pairs: list[_Pair]) -> Money:
    gains = [(_gain(pair.before), _gain(pair.after)) for pair in pairs]
    return Money(
        champion_by_champion=sum(one for one, _ in gains if one > 0),
        shadow_by_champion=sum(one for one, other in gains if other > 0),
        champion_by_shadow=sum(other for one, other in gains if one > 0),
        shadow_by_shadow=sum(other for _, other in gains if other > 0),
    )


def _differing(connection: Connection, tenant: Tenant, pair: _Pair) -> Differing:
    customer = None
    if pair.customer_id is not None:
        customer = identify(connection, schema.customer, tenant.id, pair.customer_id).text
    return Differing(
        request_id=pair.request_id,
        customer=customer,
        action_before=pair.before.decision.action,
        action_after=pair.after.decision.action,
        risk_before=pair.before.risk,
        risk_after=pair.after.risk,
        gain_before=pair.before.decision.gain,
        gain_after=pair.after.decision.gain,
    )


def _pairs(counted: Counter[tuple[str, str]]) -> list[dict[str, Any]]:
    return [
        {"before": before, "after": after, "answers": count}
        for (before, after), count in counted.most_common()
    ]
