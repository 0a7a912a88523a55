"""What couriers do: claim orders, ship them, and bring back what could not be delivered."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from sqlalchemy import select

from commerce import stock
from commerce.delivery.jobs import carried, fetch_carried, fetch_parcel, is_secured
from commerce.delivery.proof import NO_PROOF, Confirmation, Proof, confirm, draw_proof
from commerce.records import rows, schema
from commerce.records.arguments import checked
from commerce.records.errors import Conflict, IllegalMove, RecordError, check_choice
from commerce.records.ledger import Transfer
from commerce.records.states import DELIVERY
from commerce.records.work import Work

FAILURES = ("nobody_home", "wrong_address", "refused", "damaged", "other")
"""Why an order could not be delivered."""


def claim(work: Work, order_id: UUID) -> None:
    """Take on an order. The courier is locked meanwhile, so that no two claims count alike.

    Raises
    ------
    Conflict
        "order must be paid ...; got ..." or "courier must carry at most 5 orders; got ..."
    IllegalMove
        "delivery must be in a state that allows delivery.claimed; got ..." where another was first.
    """
    work.actor.require("delivery.claimed", "delivery")
    rows.find(work, schema.users, work.actor.user_id, "courier", lock=True)
    parcel = fetch_parcel(work, order_id)
    parcel.require_wanted()
    if not is_secured(work, order_id):
        raise Conflict(
            f"order must be paid, or payable later, to be delivered; got {parcel.order.number}"
            " unpaid. Wait for its payment."
        )
    carrying = len(carried(work))
    if carrying >= work.policy.deliveries_at_once:
        raise Conflict(
            f"courier must carry at most {work.policy.deliveries_at_once} orders; got {carrying}"
            " and one more. Deliver or release one first."
        )
    parcel.fire(work, "delivery.claimed", {"courier_id": work.actor.user_id})


def release(work: Work, order_id: UUID) -> None:
    """Give back an order that has not left yet, so that others may claim it; its courier, or an admin."""
    fetch = fetch_parcel if work.actor.runs_the_shop else fetch_carried
    fetch(work, order_id).fire(work, "delivery.released", {"courier_id": None})


def ship(work: Work, order_id: UUID) -> Proof:
    """Set out with an order: its goods leave. The proof made is for the buyer's eyes only, not the courier's."""
    parcel = fetch_carried(work, order_id)
    parcel.require_wanted()
    proof, columns = draw_proof(work.now, hours=work.policy.proof_hours)
    parcel.fire(work, "delivery.shipped", columns, transfers=_goods(work, order_id))
    return proof


@checked
def fail(work: Work, order_id: UUID, reason: str) -> None:
    """Bring back, by its courier or an admin, what could not be delivered: goods are set aside again, proof is dead.

    Parameters
    ----------
    reason : str
        One of `FAILURES`.

    Raises
    ------
    IllegalMove
    RecordError
        "reason must be one of ...; got ..."
    """
    check_choice("reason", reason, FAILURES)
    fetch = fetch_parcel if work.actor.runs_the_shop else fetch_carried
    parcel = fetch(work, order_id)
    back = [
        Transfer(asset, target, source, amount)
        for asset, source, target, amount in _goods(work, order_id)
    ]
    parcel.fire(work, "delivery.failed", NO_PROOF, reason=reason, transfers=back)


@checked
def advance(
    work: Work,
    order_id: UUID,
    to: Literal["shipped", "delivered"] | None = None,
    *,
    pin: str | None = None,
    token: str | None = None,
    latitude: float | None = None,
    longitude: float | None = None,
) -> Confirmation:
    """Take an order the next step: to the road, and with the buyer's proof to the door. No step back, none left out.

    Parameters
    ----------
    to : str, optional
        By default to the door with a proof, and to the road without one.

    Returns
    -------
    Confirmation
        As of `commerce.delivery.proof.confirm`. It holds no proof: it is made for a courier.
    """
    proven = pin is not None or token is not None
    if to is None:
        to = "delivered" if proven else "shipped"
    if to == "shipped":
        ship(work, order_id)
        if proven:
            raise RecordError(
                "proof must be shown at the door; got one on setting out. Leave it out."
            )
        return Confirmation(False, work.policy.proof_tries)
    if to == "delivered":
        place = {"latitude": latitude, "longitude": longitude}
        return confirm(work, order_id, pin=pin, token=token, **place)
    delivery = fetch_carried(work, order_id).delivery
    allowed = DELIVERY.allowed(delivery.status)
    raise IllegalMove("delivery", delivery.id, f"delivery.{to}", delivery.status, allowed)


def _goods(work: Work, order_id: UUID) -> list[Transfer]:
    """Say how an order's goods leave."""
    line = schema.order_line
    theirs = select(line).where(*rows.own(work, line, order_id=order_id)).order_by(line.c.position)
    return [
        stock.leave(each.variant_id, each.quantity, order_id)
        for each in work.connection.execute(theirs)
        if each.variant_id is not None
    ]
