"""Brands: a seller with enough points asks for one, an admin decides once."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement

from commerce import rewards
from commerce.records import rows, schema
from commerce.records.arguments import checked
from commerce.records.errors import CommerceError, RecordError, existing
from commerce.records.machine import EventDraft, fetch, fire
from commerce.records.states import BRAND
from commerce.records.work import Work


class TooFewPoints(CommerceError, PermissionError):
    """A seller asks for what more points unlock."""


class Brand(NamedTuple):
    """A brand, and why it was rejected where it was."""

    id: UUID
    name: str
    owner_id: UUID | None
    status: str
    reason: str | None


@checked
def request(work: Work, name: str) -> UUID:
    """Ask for a brand: a seller from `Policy.brand_points` points on, an admin always, for the shop itself.

    Raises
    ------
    Forbidden
        "role must be one of admin, seller for brand.requested; got ..."
    TooFewPoints
        "seller must have 100 points for a brand; got 40. Complete more orders."
    RecordError
        "brand must have a name of 1 to 100 characters; got ..."
    Conflict
        "brand must be new; got ..., which is taken. ..."
    """
    name = " ".join(name.split())
    if not 1 <= len(name) <= 100:
        raise RecordError(f"brand must have a name of 1 to 100 characters; got {name!r}.")
    owner = work.actor.user_id if work.actor.role == "seller" else None
    if owner is not None:
        held = rewards.balance_of(work, owner).points
        if held < work.policy.brand_points:
            raise TooFewPoints(
                f"seller must have {work.policy.brand_points} points for a brand; got {held}."
                " Complete more orders."
            )
    brand = work.new_id()
    with rows.unique("brand", name):
        asked = EventDraft("brand.requested", seller_id=owner)
        fire(work, BRAND, brand, asked, new={"name": name, "owner_id": owner})
    return brand


def approve(work: Work, brand_id: UUID) -> None:
    """Approve a brand that waits; its owner is notified."""
    event = EventDraft("brand.approved", seller_id=fetch(work, BRAND, brand_id).owner_id)
    fire(work, BRAND, brand_id, event)


@checked
def reject(work: Work, brand_id: UUID, reason: str) -> None:
    """Reject a brand that waits; its owner is notified why. The reason is kept with the brand, not in the stream.

    Raises
    ------
    RecordError
        "rejection must have a reason; got none. ..."
    """
    if not reason.strip():
        raise RecordError("rejection must have a reason; got none. Say what is wrong.")
    event = EventDraft("brand.rejected", seller_id=fetch(work, BRAND, brand_id).owner_id)
    fire(work, BRAND, brand_id, event, changes={"reason": reason.strip()})


def get(work: Work, brand_id: UUID) -> Brand:
    """Read a brand that `list_brands` would list."""
    table = schema.brand
    found = rows.listed(work, Brand, table, _visible(work), table.c.id == brand_id, order=())
    return existing(next(iter(found), None), BRAND.kind, brand_id)


@checked
def list_brands(
    work: Work,
    *,
    status: str | None = None,
    ordering: str | None = None,
    limit: int = 100,
    offset: int = 0,
) -> rows.Part[Brand]:
    """List brands, of one status or all: the approved and one's own; every one for who runs the shop.

    Parameters
    ----------
    ordering : str, optional
        ``name`` (default) or ``status``, ``-`` before it for the other direction.
    """
    shown = (_visible(work), *rows.asked(schema.brand, status=status))
    order = rows.ordered(schema.brand, ordering, "name", "status", "id")
    return rows.part(work, Brand, schema.brand, *shown, order=order, limit=limit, offset=offset)


def list_pending(
    work: Work, *, ordering: str | None = None, limit: int = 100, offset: int = 0
) -> rows.Part[Brand]:
    """List the brands that wait for a decision, for who decides."""
    work.actor.require("brands that wait", *BRAND.moves["brand.approved"].roles)
    return list_brands(work, status="pending", ordering=ordering, limit=limit, offset=offset)


def _visible(work: Work) -> ColumnElement[bool]:
    mine = rows.visible(work, schema.brand.c.owner_id, work.actor.user_id)
    return mine | (schema.brand.c.status == "approved")
