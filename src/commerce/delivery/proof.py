"""Proof of delivery: only the buyer knows PIN and token, and one handover uses them up.

A PIN lies in the database as its Argon2 hash, because a million guesses at any fast hash, keyed by what lies beside
it or not, take a second; Argon2 makes it hours, of the days for which a PIN is good. A token has 128 random bits,
which nobody guesses, so that SHA-256 suffices.

Neither itself is kept, and what is not kept cannot be shown twice: the buyer sees PIN and token
when they are made, and asks for new ones (`renew`) to see any again. The old ones are dead then: of a delivery
there is one live proof at most.

A wrong proof is counted although it is refused: `confirm` therefore answers instead of raising, so that
the caller's transaction commits, and the caller says no after that.
"""

from __future__ import annotations

import hmac
import io
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

import segno
from sqlalchemy import Row, select

from commerce.delivery.jobs import fetch_bought, fetch_carried
from commerce.payments.intents import settle_cash
from commerce.people.customers import check_place
from commerce.people.passwords import hashed, verify
from commerce.records import rows, schema
from commerce.records.actors import SYSTEM
from commerce.records.arguments import checked
from commerce.records.errors import Conflict, Expired, RecordError
from commerce.records.instants import HOUR, from_micros, to_micros
from commerce.records.machine import fetch
from commerce.records.states import DELIVERY
from commerce.records.work import Work

NO_PROOF: Final = dict.fromkeys(("pin_hash", "token_hash", "proof_expires_at"))
"""Columns of a delivery that has no proof."""


@dataclass(frozen=True)
class Proof:
    """What the buyer shows at the door.

    Attributes
    ----------
    pin : str
        Six digits.
    token : str
        22 characters that are safe in a URL; 128 random bits.
    expires_at : datetime
        From when on neither is good.
    """

    pin: str = field(repr=False)
    token: str = field(repr=False)
    expires_at: datetime


def draw_proof(now: int, *, hours: int) -> tuple[Proof, Mapping[str, Any]]:
    """Draw a new PIN and token, and give the columns of the delivery by which they are known again.

    Parameters
    ----------
    now : int
        Microseconds since 1970 UTC.
    hours : int
        How long both are good.
    """
    pin, token = f"{secrets.randbelow(1_000_000):06}", secrets.token_urlsafe(16)
    expires_at = now + hours * HOUR
    columns = {
        "pin_hash": hashed(pin),
        "token_hash": sha256(token.encode()).hexdigest(),
        "proof_expires_at": expires_at,
        "wrong_tries": 0,
    }
    return Proof(pin, token, from_micros(expires_at)), columns


@checked
def fits_token(delivery: Row[Any], token: str) -> bool:
    """Tell whether a token is the one whose hash is kept."""
    return hmac.compare_digest(sha256(token.encode()).hexdigest(), str(delivery.token_hash))


@checked
def draw_qr_code(token: str, kind: Literal["svg", "png"] = "svg") -> bytes:
    """Draw a token as a QR code (ISO/IEC 18004, error correction M), four pixels a module.

    Examples
    --------
    >>> b"PNG" in draw_qr_code("uYc0fF2pO9y1rZ5n1Qe0Vw", "png")[:4]
    True
    """
    picture = io.BytesIO()
    segno.make_qr(token, error="m").save(picture, kind=kind, scale=4)
    return picture.getvalue()


class ProofState(NamedTuple):
    """What may be known of a proof without seeing it.

    Attributes
    ----------
    live : bool
        Whether a handover may be confirmed by it now.
    expires_at : datetime or None
        None where there is no proof: not shipped yet, or delivered.
    tries_left : int
        Wrong proofs after which it is locked.
    """

    live: bool
    expires_at: datetime | None
    tries_left: int


class Confirmation(NamedTuple):
    """How a courier's proof was taken.

    Attributes
    ----------
    delivered : bool
        False for a wrong proof.
    tries_left : int
        Wrong proofs after which the delivery is locked; 0: it is.
    """

    delivered: bool
    tries_left: int

    def require_delivered(self) -> None:
        """Refuse a wrong proof; after the transaction, so that it has counted.

        Raises
        ------
        RecordError
            "proof must be the one that the buyer holds; got another. ..."
        """
        if not self.delivered:
            tries = "tries are" if self.tries_left != 1 else "try is"
            raise RecordError(
                "proof must be the one that the buyer holds; got another."
                f" {self.tries_left} more {tries} left."
            )


@checked
def confirm(
    work: Work,
    order_id: UUID,
    *,
    pin: str | None = None,
    token: str | None = None,
    latitude: float | None = None,
    longitude: float | None = None,
) -> Confirmation:
    """Let the courier who carries an order hand it over against the buyer's PIN or token.

    Parameters
    ----------
    pin, token : str
        One of them.
    latitude, longitude : float, optional
        Where it was handed over, in degrees. Kept with the delivery, never in the stream.

    Returns
    -------
    Confirmation
        ``delivered`` is False for a wrong proof: commit, so that it counts, and then refuse.

    Raises
    ------
    IllegalMove
    NotFound
        "delivery must exist; got ..." for whoever does not carry the order.
    Expired
        "proof of delivery must be shown before it expires; got ..."
    Conflict
        "delivery must not be locked by wrong proofs; got ..."
    RecordError
        "proof must be a PIN or a token; got ..." or "latitude must be -90 to 90 degrees; got ..."
    """
    if (pin is None) == (token is None):
        raise RecordError(
            f"proof must be a PIN or a token; got {'neither' if pin is None else 'both'}. Show one."
        )
    check_place(latitude, longitude)
    parcel = fetch_carried(work, order_id)
    parcel.require_wanted()
    delivery = parcel.delivery
    _require_live(work, delivery)
    method = "qr" if pin is None else "pin"
    fits = fits_token(delivery, str(token)) if pin is None else verify(delivery.pin_hash, pin)
    if not fits:
        wrong = delivery.wrong_tries + 1
        tried = {"wrong_tries": wrong}
        parcel.fire(work, "delivery.proof_failed", tried, reason=f"wrong_{method}")
        return Confirmation(False, work.policy.proof_tries - wrong)
    place = {"proof_latitude": latitude, "proof_longitude": longitude}
    arrived = {**NO_PROOF, **place, "delivered_at": work.now}
    parcel.fire(work, "delivery.delivered", arrived, method=method)
    settle_cash(work.acting_as(SYSTEM), order_id)
    return Confirmation(True, 0)


def renew(work: Work, order_id: UUID) -> Proof:
    """Give the buyer a new PIN and token; the old ones are dead, and wrong tries forgotten.

    This is also how the system gets a proof to mail to the buyer.

    Raises
    ------
    IllegalMove
    NotFound
        "order must exist; got ..." for whoever did not buy it.
    """
    parcel = fetch_bought(work, order_id)
    proof, columns = draw_proof(work.now, hours=work.policy.proof_hours)
    parcel.fire(work, "delivery.proof_renewed", columns)
    return proof


def show(work: Work, order_id: UUID) -> ProofState:
    """Tell the buyer whether the proof last seen is still good, without making a new one.

    Raises
    ------
    NotFound
        "order must exist; got ..." for whoever did not buy it.
    """
    delivery = fetch_bought(work, order_id, lock=False).delivery
    left = max(work.policy.proof_tries - delivery.wrong_tries, 0)
    live = delivery.status == "shipped" and left > 0 and not _is_expired(work, delivery)
    return ProofState(live, delivery.proof_expires_at, left)


@checked
def expire_due(work: Work, *, limit: int = 100) -> list[UUID]:
    """Name deliveries whose proof is kept, though it is no longer good."""
    delivery = schema.delivery
    late = delivery.c.proof_expires_at <= work.now
    kept = (*rows.own(work, delivery, status="shipped"), delivery.c.pin_hash.is_not(None), late)
    due = select(delivery.c.id).where(*kept).order_by(delivery.c.proof_expires_at, delivery.c.id)
    return list(work.connection.execute(due.limit(limit)).scalars())


def expire(work: Work, delivery_id: UUID) -> bool:
    """Forget the hashes of a proof that is no longer good; False where there are none, or it is good.

    An expired proof is refused with or without them: this only keeps nothing longer than it is of use.
    """
    delivery = fetch(work, DELIVERY, delivery_id)
    if delivery.pin_hash is None or not _is_expired(work, delivery):
        return False
    rows.change(work, schema.delivery, delivery_id, pin_hash=None, token_hash=None)
    return True


def _require_live(work: Work, delivery: Row[Any]) -> None:
    """Refuse a delivery that cannot be confirmed now, whatever is shown."""
    rows.require_state(DELIVERY, delivery, "delivery.delivered")
    if _is_expired(work, delivery):
        raise Expired(
            "proof of delivery must be shown before it expires; got one that was good until"
            f" {delivery.proof_expires_at:%Y-%m-%d %H:%M} UTC. Ask the buyer to renew it."
        )
    if delivery.wrong_tries >= work.policy.proof_tries:
        raise Conflict(
            f"delivery must not be locked by wrong proofs; got {delivery.wrong_tries} of them."
            " Ask the buyer to renew the proof."
        )


def _is_expired(work: Work, delivery: Row[Any]) -> bool:
    return delivery.pin_hash is None or to_micros(delivery.proof_expires_at) <= work.now
