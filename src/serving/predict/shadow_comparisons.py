"""What a shadow would have changed: decisions, bands and money, held against the answers that were given."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Row, select

from commerce.records import schema
from commerce.records.identity import identify
from commerce.records.tenants import Tenant
from scoring.any_package import read_label
from scoring.decisions import Action, Decision
from serving.predict.shadow_figures import Differing, Money, ShadowComparison
from serving.schema import score, shadow_score

SHOWN = 5
"""The customers about whom the two differ most."""
_ROWS_AT_ONCE = 5_000


class _Said(NamedTuple):
    """What a version said about a customer, as far as it is held against the other."""

    action: str
    risk: float
    gain: int | None

    @property
    def earns(self) -> int:
        """What acting is expected to earn; acting is decided where that is more than nothing."""
        return self.gain or 0


class _Pair(NamedTuple):
    request_id: str
    customer_id: UUID | None
    before: _Said
    after: _Said

    @property
    def differs(self) -> bool:
        return self.before.action != self.after.action

    @property
    def stake(self) -> tuple[float, float, str]:
        """Order by what acting earns or loses by either's figures, the most first, else by risk."""
        most = max(abs(self.before.earns), abs(self.after.earns))
        return -most, -abs(self.after.risk - self.before.risk), self.request_id


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
        found.first_at, found.last_at = found.first_at or row.asked_at, row.asked_at
        if row.state == "decided":
            given, shadow = _given(row), Decision.from_dict(row.answer)
            _count(found, row.model_version, given, shadow)
            pair = _Pair(row.request_id, row.customer_id, _said(given), _said(shadow))
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
    if any(each.gain is not None for pair in pairs for each in (pair.before, pair.after)):
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


def was_asked(connection: Connection, tenant: Tenant, label: str) -> bool:
    """Whether a version ever was asked anything as a shadow."""
    query = (
        select(shadow_score.c.request_id)
        .where(
            shadow_score.c.tenant_id == tenant.id,
            shadow_score.c.model == read_label(label).model,
            shadow_score.c.model_version == label,
        )
        .limit(1)
    )
    return connection.scalar(query) is not None


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
            shadow_score.c.asked_at,
            shadow_score.c.state,
            shadow_score.c.why,
            shadow_score.c.answer,
        )
        .join(shadow_score, shadow_score.c.request_id == score.c.request_id)
        .where(
            shadow_score.c.tenant_id == tenant.id,
            shadow_score.c.model == read_label(label).model,
            shadow_score.c.model_version == label,
            shadow_score.c.asked_at < until,
        )
        .order_by(shadow_score.c.asked_at, shadow_score.c.request_id)
        .execution_options(yield_per=_ROWS_AT_ONCE)
    )
    return query if since is None else query.where(shadow_score.c.asked_at >= since)


def _given(row: Row[Any]) -> Decision:
    """Read what was answered, as far as it is compared."""
    return Decision(
        probability=row.probability,
        return_probability=row.return_probability,
        score=None,
        band=row.band,
        rule_score=None,
        rule_band=None,
        decision=Action(**row.decision),
        reasons=(),
    )


def _said(decision: Decision) -> _Said:
    return _Said(decision.decision.action, decision.risk, decision.decision.gain)


def _count(found: ShadowComparison, answered_by: str, before: Decision, after: Decision) -> None:
    """Count an answer, and what the shadow said."""
    found.answered_by[answered_by] += 1
    found.actions[before.decision.action, after.decision.action] += 1
    if before.band is not None and after.band is not None:
        found.bands[before.band, after.band] += 1
    move = abs(after.risk - before.risk)
    found.shift += (move - found.shift) / found.both
    found.largest = max(found.largest, move)


def _money(pairs: list[_Pair]) -> Money:
    gains = [(pair.before.earns, pair.after.earns) for pair in pairs]
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
        action_before=pair.before.action,
        action_after=pair.after.action,
        risk_before=pair.before.risk,
        risk_after=pair.after.risk,
        gain_before=pair.before.gain,
        gain_after=pair.after.gain,
    )
