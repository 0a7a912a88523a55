"""The words in which shops say what became of an order, and what each means here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

from tabular.errors import Refused

State = Literal["paid", "completed", "open", "cancelled", "failed", "returned"]

_WORDS: Mapping[State, str] = {
    "paid": "paid, captured, settled, success, succeeded, successful, shipped, sent, dispatched,"
    " in transit, payment received, processing, ok",
    "completed": "completed, complete, delivered, fulfilled, closed, done, finished, received",
    "open": "open, pending, new, placed, created, unpaid, on hold, awaiting payment,"
    " pending payment, authorized, authorised, invoiced, approved, confirmed",
    "cancelled": "cancelled, canceled, voided, void, abandoned, unavailable, expired",
    "failed": "failed, failure, declined, payment failed, payment error, refused, denied, error",
    "returned": "returned, refunded, refund, return, reversed, sent back",
}

STATUS_WORDS: Mapping[str, State] = {
    word: state for state, words in _WORDS.items() for word in re.split(r",\s*", words)
}
"""Known words without case and signs. ``paid``: paid in full when placed; ``completed``: that, and final;
``open``: placed and not paid yet; ``cancelled``: placed and called off; ``failed``: placed, the payment
failed; ``returned``: paid, sent back and refunded. A blank cell is ``paid``. When each end
of an order counts is said in `importing.sales.order`."""


@lru_cache
def state_of(text: str) -> State:
    """Read a status cell.

    Raises
    ------
    Refused
        "status must be a known word; got ..."

    Examples
    --------
    >>> state_of("Delivered"), state_of("on-hold"), state_of(""), state_of("Canceled")
    ('completed', 'open', 'paid', 'cancelled')
    """
    word = re.sub(r"[\W_]+", " ", text.lower()).strip()
    if not word:
        return "paid"
    state = STATUS_WORDS.get(word) or STATUS_WORDS.get(word.removeprefix("order "))
    if state is None:
        known = ", ".join(sorted(STATUS_WORDS))
        raise Refused(
            "unknown status", f"status must be a known word; got {text!r}. Known: {known}."
        )
    return state
