"""Credit profiles: the latest credit score of each customer, learned where there is a model, else by the rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import FromClause, and_, func, select

from commerce.people import customers
from commerce.records import rows, schema
from commerce.records.actors import Actor
from commerce.records.errors import CommerceError, NotFound, check_choice
from commerce.records.sql import linked
from commerce.records.tenants import Tenant
from commerce.records.work import Work
from scoring.errors import ScoringError
from scoring.notices import adverse_notice
from scoring.package import Package
from scoring.scale import BAND_NAMES
from serving.errors import ModelMissing
from serving.predict.answers import answer_customer
from serving.predict.asking import AppState, CustomerRequest
from serving.predict.packages import Served
from serving.predict.recourse import Recourse, find_recourse
from serving.predict.rules import rules_for
from serving.predict.scores import find_score
from serving.schema import score

MODEL = "credit"
"""Whose answers are credit profiles."""


class Profile(NamedTuple):
    """A customer's latest credit score, with all that it was made of.

    ``score`` and ``band`` are the learned ones where a model gave them, else those of the rules.
    """

    customer_id: UUID
    number: int
    external_id: str | None
    score: int
    band: str
    rule_score: int | None
    rule_band: str | None
    features: Mapping[str, float | None]
    as_of: datetime
    made_at: datetime
    model_version: str
    request_id: str


_customer = schema.customer
_SCORE = func.coalesce(score.c.score, score.c.rule_score)
_BAND = func.coalesce(score.c.band, score.c.rule_band)
_OTHERS = {
    "number": _customer.c.number,
    "external_id": _customer.c.external_id,
    "score": _SCORE,
    "band": _BAND,
}
_SHOWN = [_OTHERS[name] if name in _OTHERS else score.c[name] for name in Profile._fields]


def get_profile(work: Work, customer: UUID | str) -> Profile:
    """Read a customer's profile, by any of its names: its own business, and who runs the shop's.

    Raises
    ------
    NotFound
        "customer must exist; got ..."
    NoProfile
        "credit profile must exist; got none for ..."
    """
    meant = customers.get(work, customer)
    row = work.connection.execute(
        select(*_SHOWN).select_from(_latest(work)).where(_customer.c.id == meant.id)
    ).first()
    if row is None:
        raise NoProfile(customer)
    return Profile._make(row)


def list_profiles(
    work: Work,
    *,
    band: str | None = None,
    ordering: str | None = None,
    limit: int = 100,
    offset: int = 0,
) -> rows.Part[Profile]:
    """List the profiles, one of each customer; who does not run the shop sees at most its own.

    Parameters
    ----------
    band : str, optional
        A to E, in whatever case.
    ordering : str, optional
        ``number`` (default), ``score`` or ``made_at``, ``-`` before it for the other direction.

    Raises
    ------
    RecordError
        "band must be one of A, B, C, D, E; got 'F'. ..."
    """
    latest = _latest(work)
    conditions = [rows.visible(work, score.c.customer_id, work.actor.customer_id)]
    counted = select(func.count(score.c.customer_id.distinct())).where(
        *rows.own(work, score, model=MODEL), *conditions
    )
    if band is not None:
        check_choice("band", band.upper(), BAND_NAMES)
        conditions.append(_BAND.in_([band.upper()]))
        counted = select(func.count()).select_from(latest).where(*conditions)
    name = (ordering or "number").removeprefix("-")
    check_choice("ordering", name, ("number", "score", "made_at"))
    column = {"number": _customer.c.number, "score": _SCORE, "made_at": score.c.made_at}[name]
    order = (column.desc() if (ordering or "").startswith("-") else column, _customer.c.number)
    # the page first, so that no more documents are read than it shows
    page = select(score.c.request_id).select_from(latest).where(*conditions).order_by(*order)
    chosen = page.limit(limit).offset(offset).subquery()
    found = (
        select(*_SHOWN)
        .join_from(chosen, score, score.c.request_id == chosen.c.request_id)
        .join(_customer, linked(score, _customer))
        .order_by(*order)
    )
    total = int(work.connection.scalar(counted) or 0)
    return rows.Part(total, [Profile._make(row) for row in work.connection.execute(found)])


class Explained(NamedTuple):
    """What is told of one profile beside it."""

    scaled_rule_score: int | None
    notice: tuple[str, ...]
    recourse: Recourse | None


def explain(state: AppState, work: Work, profile: Profile) -> Explained:
    """Tell of a profile what the rule score comes to on the learned one's scale, and what may be told the customer.

    Returns
    -------
    Explained
        The rule score and the notice are of the profile's own answer. Recourse is as of now, by the model that answers
        now: what can be done is done to what is owed today.
    """
    served = None
    with suppress(ModelMissing):
        served = state.shelf.current(work.tenant.slug, MODEL)
    kept = find_score(work.connection, profile.request_id)
    package = _package_of(state, served, profile.model_version)
    scaled: int | None = None
    notice: tuple[str, ...] = ()
    recourse: Recourse | None = None
    if package is not None and kept is not None:
        notice = adverse_notice(package, kept)
        scaled = package.scaled(kept.rule_score)
    if served is not None:
        as_of = work.settle(None)
        recourse = find_recourse(work.connection, served, work.tenant, profile.customer_id, as_of)
    return Explained(scaled, notice, recourse)


def _package_of(state: AppState, served: Served | None, label: str) -> Package | None:
    """Give the package of an answer; None where it is gone."""
    if served is not None and served.package.label == label:
        return served.package
    with suppress(ModelMissing, ScoringError):
        return state.shelf.stored(label)
    return None


def require_scorer(actor: Actor) -> None:
    """Refuse who may not have scores made anew.

    Raises
    ------
    Forbidden
    """
    actor.require("a credit score to be made", "admin", "system")


def recompute(state: AppState, tenant: Tenant, customer_id: UUID, request_id: str) -> None:
    """Score a customer now and keep the answer.

    Parameters
    ----------
    request_id : str
        UUID text, new.

    Raises
    ------
    CustomerNotFound, StoreMissing, StoreUnavailable
    """
    asked = CustomerRequest(tenant=tenant.slug, customer_id=str(customer_id))
    answer_customer(state, MODEL, asked, request_id, otherwise=rules_otherwise(state, tenant))


def rules_otherwise(state: AppState, tenant: Tenant) -> Callable[[], Package]:
    """Give what scores a tenant's customers where no learned model does."""
    return partial(rules_for, tenant.slug, tenant.currency, state.shelf.catalogue)


class NoProfile(NotFound):
    """A customer who was never scored."""

    def __init__(self, customer: UUID | str) -> None:
        CommerceError.__init__(
            self,
            f"credit profile must exist; got none for customer {str(customer)!r}."
            f" Have it made by POST /api/customers/{customer}/recompute-score.",
        )


def _latest(work: Work) -> FromClause:
    """Give customers joined with their latest answer of the credit model; who was never scored is left out."""
    answer, other = score.alias(), score.alias()
    made = select(func.max(other.c.made_at)).where(
        other.c.tenant_id == work.tenant.id,
        other.c.model == MODEL,
        other.c.customer_id == _customer.c.id,
    )
    # the least and the most are found by index: an order by both would sort each customer's answers
    newest = select(func.min(answer.c.request_id)).where(
        answer.c.tenant_id == work.tenant.id,
        answer.c.model == MODEL,
        answer.c.customer_id == _customer.c.id,
        answer.c.made_at == made.correlate(_customer).scalar_subquery(),
    )
    mine = score.c.request_id == newest.correlate(_customer).scalar_subquery()
    return _customer.join(score, and_(mine, *rows.own(work, _customer)))
