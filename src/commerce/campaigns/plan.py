"""What a campaign is to be, checked before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass

from commerce.campaigns.drawing import check_holdout, check_seed
from commerce.records.errors import RecordError, check_range
from commerce.records.stream.event_types import reason_code

WHOLE = 10_000
"""Hundredths of a percent in all."""

_LONGEST_HORIZON = 730


@dataclass(frozen=True, kw_only=True)
class CampaignPlan:
    """What a campaign is to be.

    Raises
    ------
    RecordError
        "reason must be one lower-case word; got ...", "horizon must be 1 to 730; got ..." and so on

    Examples
    --------
    >>> CampaignPlan(
    ...     name="spring", model="churn", model_version="acme.churn@3", cost_minor=200, margin_bp=0,
    ...     horizon_days=90, holdout=0.1, seed=7,
    ... )
    Traceback (most recent call last):
    ...
    commerce.records.errors.RecordError: margin must be 1 to 10000; got 0. Correct it.
    """

    name: str
    """One lower-case word, such as "spring_2026"; no other campaign of the shop has it."""
    model: str
    model_version: str
    """`model`, `model_version`: whose decision picks."""
    cost_minor: int
    """Minor units, >= 0; what an offer costs."""
    margin_bp: int
    """1 to 10,000, hundredths of a percent; what is earned of each amount paid."""
    horizon_days: int
    """1 to 730; how long after the day of the offer what a customer does is counted."""
    holdout: float
    """In (0, 0.9]; the share held out."""
    seed: int
    """0 or more."""
    budget: int | None = None
    """Offers at most."""

    def __post_init__(self) -> None:
        """Check the ranges."""
        reason_code(self.name)
        check_range("margin", self.margin_bp, 1, WHOLE)
        check_range("horizon", self.horizon_days, 1, _LONGEST_HORIZON)
        check_seed(self.seed)
        check_holdout(self.holdout)
        if self.cost_minor < 0:
            raise RecordError(f"cost must not be negative; got {self.cost_minor}. Correct it.")
