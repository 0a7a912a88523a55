"""Credit profiles: the latest credit score of each customer, learned where there is a model, else by the rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, func, select

from commerce.people import customers
from commerce.records import rows, schema
from commerce.records.actors import Actor
from commerce.records.errors import CommerceError, NotFound, check_choice
from commerce.records.tenants import Tenant
from commerce.records.work import Work
from scoring.package import Package
from scoring.scale import BANDS
from serving.predict.answers import AppState, CustomerRequest, answer_customer
from serving.predict.rules import rules_for
from serving.schema import score

MODEL = "credit"
"""Whose answers are credit profiles."""
_BANDS = (*(name for _, name in BANDS), "E")


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
    latest = _latest(work)
    row = work.connection.execute(
        select(*_shown(latest)).where(latest.c.customer_id == meant.id)
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
    conditions: list[ColumnElement[bool]] = [
        rows.visible(work, latest.c.customer_id, work.actor.customer_id)
    ]
    if band is not None:
        check_choice("band", band.upper(), _BANDS)
        conditions.append(latest.c.final_band == band.upper())
    name = (ordering or "number").removeprefix("-")
    check_choice("ordering", name, ("number", "score", "made_at"))
    column = latest.c["final_score" if name == "score" else name]
    order = (column.desc() if (ordering or "").startswith("-") else column, latest.c.number)
    total = work.connection.scalar(select(func.count()).select_from(latest).where(*conditions))
    found = work.connection.execute(
        select(*_shown(latest)).where(*conditions).order_by(*order).limit(limit).offset(offset)
    )
    return rows.Part(int(total or 0), [Profile._make(row) for row in found])


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
    """Give each customer's latest answer of the credit model, with the customer's names."""
    customer = schema.customer
    place = func.row_number().over(
        partition_by=score.c.customer_id, order_by=(score.c.made_at.desc(), score.c.request_id)
    )
    ranked = (
        select(
            score,
            customer.c.number,
            customer.c.external_id,
            func.coalesce(score.c.score, score.c.rule_score).label("final_score"),
            func.coalesce(score.c.band, score.c.rule_band).label("final_band"),
            place.label("place"),
        )
        .join(
            customer,
            (customer.c.tenant_id == score.c.tenant_id) & (customer.c.id == score.c.customer_id),
        )
        .where(score.c.tenant_id == work.tenant.id, score.c.model == MODEL)
        .subquery()
    )
    return select(ranked).where(ranked.c.place == 1).subquery()


def _shown(latest: FromClause) -> list[ColumnElement[object]]:
    renamed = {"score": "final_score", "band": "final_band"}
    return [latest.c[renamed.get(name, name)] for name in Profile._fields]
