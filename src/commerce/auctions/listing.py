"""Putting an item up for auction: a seller drafts and submits it, the shop approves it, its time comes.

One auction sells one unit of one variant. The goods are set aside when the seller submits it, and freed when the
shop turns it down; so whatever takes bids is there. A shop that reviews a draft hands it in first, in the same
transaction: sellers whose programs know of no such step need none.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select

from commerce import stock
from commerce.auctions.auction_rows import due_by, event_of, locked
from commerce.auctions.pricing import Bands
from commerce.records import schema
from commerce.records.arguments import checked
from commerce.records.errors import LARGEST, Conflict, RecordError, existing
from commerce.records.instants import from_micros
from commerce.records.machine import fire
from commerce.records.money import format_money
from commerce.records.sql import bound
from commerce.records.states import AUCTION
from commerce.records.work import Work

_variant, _product, _users = schema.variant, schema.product, schema.users
_OFFERED: Select[Any] = (
    select(_variant.c.product_id, _product.c.status, _product.c.seller_id, _users.c.customer_id)
    .select_from(_variant.join(_product).outerjoin(_users))
    .where(*bound(_variant, id="variant"))
)


@checked
def draft(
    work: Work,
    variant_id: UUID,
    *,
    opening: int,
    starts_at: int,
    ends_at: int,
    reserve: int | None = None,
    buy_now: int | None = None,
    increments: Bands | None = None,
) -> UUID:
    """Write an auction down that nobody sees yet but its seller and who runs the shop.

    How late bids move its end is the shop's policy of now.

    Parameters
    ----------
    work : Work
        By the seller of the product, or by who runs the shop.
    variant_id : UUID
        Of an approved product.
    opening : int
        The least first bid, minor units, up to `commerce.records.errors.LARGEST`, as are the other amounts.
    starts_at, ends_at : int
        Microseconds since 1970 UTC; the end is to come.
    reserve : int, optional
        Below it there is no sale; ``opening`` or more.
    buy_now : int, optional
        For what anybody may have it at once, as long as nobody has bid; more than ``opening``, and no less than
        ``reserve``.
    increments : Bands, optional
        Minor units; eBay's if not given.

    Raises
    ------
    NotFound
    Conflict
        "product must be approved to be sold by auction; got ..."
    RecordError
        "reserve must be ...; got ...", and so of every other term
    """
    _check_terms(work, opening, reserve, buy_now, starts_at, ends_at)
    offered = existing(work.ask(_OFFERED, variant=variant_id).first(), "variant", variant_id)
    work.actor.require_own("variant", variant_id, offered.seller_id)
    if offered.status != "approved":
        raise Conflict(
            f"product must be approved to be sold by auction; got {offered.status!r}."
            " Wait for its approval."
        )
    auction_id = work.new_id()
    new = {
        "product_id": offered.product_id,
        "variant_id": variant_id,
        "seller_id": offered.seller_id,
        "currency": work.tenant.currency,
        "opening_minor": opening,
        "reserve_minor": reserve,
        "buy_now_minor": buy_now,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "extension_seconds": work.policy.extension_seconds,
        "extensions_left": work.policy.extensions,
    }
    if increments is not None:
        new["increments"] = {"uppers": increments.uppers, "increments": increments.increments}
    drafted = event_of(offered, "auction.drafted", offered.customer_id, amount=opening)
    fire(work, AUCTION, auction_id, drafted, new=new)
    return auction_id


def _check_terms(
    work: Work, opening: int, reserve: int | None, buy_now: int | None, starts_at: int, ends_at: int
) -> None:
    amounts = (
        ("opening price", opening, 1),
        ("reserve", reserve, opening),
        ("buy-now price", buy_now, max(opening + 1, reserve or 0)),
    )
    for name, amount, least in amounts:
        if amount is not None and not least <= amount <= LARGEST:
            low, high, got = (
                format_money(each, work.tenant.currency) for each in (least, LARGEST, amount)
            )
            raise RecordError(f"{name} must be {low} to {high}; got {got}. Correct it.")
    if not max(starts_at, work.now) < ends_at:
        raise RecordError(
            "end must be to come, and after the start; got"
            f" {from_micros(ends_at)} after {from_micros(starts_at)}. Correct the times."
        )


def submit(work: Work, auction_id: UUID) -> None:
    """Hand an auction in for approval, and set its goods aside. By its seller, or by who runs the shop."""
    auction = locked(work, auction_id)
    work.actor.require_own("auction", auction_id, auction.seller_id)
    goods = [stock.hold(auction.variant_id, 1, auction_id)]
    _fire(work, auction, "auction.submitted", transfers=goods)
    stock.emit_low_stock(work, {auction.variant_id: 1})


def approve(work: Work, auction_id: UUID) -> None:
    """Let an auction take place; only an admin may. A draft is submitted first.

    Raises
    ------
    NotFound, IllegalMove
    Forbidden
        "role must be one of admin for auction.scheduled; got ..."
    """
    if locked(work, auction_id).status == "draft":
        submit(work, auction_id)
    _fire(work, locked(work, auction_id), "auction.scheduled")


def reject(work: Work, auction_id: UUID) -> None:
    """Turn an auction down, and free its goods where they were set aside; only an admin may.

    Raises
    ------
    NotFound, IllegalMove
    Forbidden
        "role must be one of admin for auction.rejected; got ..."
    """
    auction = locked(work, auction_id)
    held = auction.status == "submitted"
    freed = [stock.release(auction.variant_id, 1, auction_id)] if held else []
    _fire(work, auction, "auction.rejected", transfers=freed)


def start(work: Work, auction_id: UUID) -> None:
    """Let an auction take bids: when its time has come, or at once where an admin asks for it.

    Parameters
    ----------
    work : Work
        By an admin or the system. What an admin starts early starts now.
    """
    auction = locked(work, auction_id)
    early = {"starts_at": work.now} if work.now < auction.starts_at else {}
    _fire(work, auction, "auction.started", early)


def _fire(
    work: Work,
    auction: Row[Any],
    event_type: str,
    changes: dict[str, int] | None = None,
    **more: Any,
) -> None:
    event = event_of(auction, event_type, auction.seller_customer_id, **more)
    fire(work, AUCTION, auction.id, event, changes=changes)


@checked
def due(work: Work, *, limit: int = 100) -> list[UUID]:
    """Name the approved auctions whose time has come, the earliest first: a tick starts each by itself."""
    return due_by(work, "scheduled", schema.auction.c.starts_at, limit)
