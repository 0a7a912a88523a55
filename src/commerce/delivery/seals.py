"""A PIN to say and a token to scan: how they are drawn, kept unread and known again.

A PIN lies in the database as its Argon2 hash, because a million guesses at any fast hash, keyed by what lies beside
it or not, take a second; Argon2 makes it hours, of the days for which a PIN is good. A token has 128 random bits,
which nobody guesses, so that SHA-256 suffices.
"""

from __future__ import annotations

import hmac
import io
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, Literal

import segno
from sqlalchemy import Row

from commerce.instants import HOUR, from_micros
from commerce.people.passwords import hashed

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


def fits_token(delivery: Row[Any], token: str) -> bool:
    """Tell whether a token is the one whose hash is kept."""
    return hmac.compare_digest(sha256(token.encode()).hexdigest(), str(delivery.token_hash))


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
