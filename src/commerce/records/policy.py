"""A shop's own rules: fees, periods, thresholds, taxes. Defaults here, exceptions in ``tenant.settings``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from commerce.records.errors import RecordError
from tabular.errors import did_you_mean


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What a shop decided.

    Attributes
    ----------
    fee_bp : int
        What the shop keeps of a seller's line, in hundredths of a percent of the line after discount.
    completion_days : int
        Days after delivery after which an order may be completed.
    promise_days : int
        Days from checkout to the promised delivery.
    return_days : int
        Days after delivery within which goods may be sent back.
    pay_later_days : int
        Days from checkout to the due date of the first invoice, and between instalments.
    instalments : int
        Invoices at most of one order.
    proof_hours : int
        How long a delivery's PIN and token are good.
    proof_tries : int
        Wrong proofs after which a delivery is locked.
    deliveries_at_once : int
        Orders that one courier may carry.
    extension_seconds, extensions : int
        A bid within so many seconds of an auction's end moves the end by as many, so many times at most.
    points_per_order, penalty_points : int
        What a seller earns by a completed order and loses by a return that is the seller's fault.
    brand_points : int
        Points from which a seller may ask for a brand.
    ranks : mapping of str to int
        Ranks and the points from which they are held.
    tax_bp : mapping of str to int
        Tax by ISO country code, in hundredths of a percent; ``*`` for every other country.
    provider : str
        Who handles cards: ``local`` or ``stripe``.
    top_up_limit : int
        Minor units that one top-up may bring at most.
    """

    fee_bp: int = 500
    completion_days: int = 3
    promise_days: int = 5
    return_days: int = 30
    pay_later_days: int = 30
    instalments: int = 4
    proof_hours: int = 72
    proof_tries: int = 5
    deliveries_at_once: int = 5
    extension_seconds: int = 120
    extensions: int = 10
    points_per_order: int = 10
    penalty_points: int = 25
    brand_points: int = 100
    ranks: Mapping[str, int] = field(
        default_factory=lambda: {"bronze": 0, "silver": 100, "gold": 500, "platinum": 2000}
    )
    tax_bp: Mapping[str, int] = field(
        default_factory=lambda: {"US": 1000, "GB": 2000, "CA": 1500, "DE": 1900, "*": 2000}
    )
    provider: str = "local"
    top_up_limit: int = 1_000_000_00


_DEFAULT = Policy()

NO_RULES = ("models",)
"""Settings that are no rules of the shop: what it decided about its models, which other rooms read."""


def policy_of(settings: Mapping[str, Any]) -> Policy:
    """Read a shop's rules from its settings.

    Raises
    ------
    RecordError
        "setting must be known; got ..." or "setting fee_bp must be a whole number, 0 or more; got ..."

    Examples
    --------
    >>> policy_of({"fee_bp": 250}).fee_bp, policy_of({}).completion_days
    (250, 3)
    >>> policy_of({"fees": 250})
    Traceback (most recent call last):
    ...
    commerce.records.errors.RecordError: setting must be known; got 'fees'. Did you mean fee_bp?
    """
    rules = {name: value for name, value in settings.items() if name not in NO_RULES}
    if not rules:
        return _DEFAULT
    known = {each.name for each in fields(Policy)}
    for name, value in rules.items():
        if name not in known:
            raise RecordError(f"setting must be known; got {name!r}. {did_you_mean(name, known)}")
        numbers = value.values() if isinstance(value, Mapping) else [value]
        if name != "provider" and not all(
            isinstance(number, int) and not isinstance(number, bool) and number >= 0
            for number in numbers
        ):
            raise RecordError(
                f"setting {name} must be a whole number, 0 or more; got {value!r}. Correct it."
            )
    return Policy(**rules)
