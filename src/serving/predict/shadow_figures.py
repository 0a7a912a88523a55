"""What a comparison of a shadow with its champion comes to, in figures and in a sentence.

A model believes its own figures, so each expects more of its own decisions. Where decisions differ, both ways are
therefore reckoned by both; which of the two is right, only outcomes tell.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from commerce.records.money import format_money
from scoring.wording import counted


@dataclass(frozen=True, kw_only=True)
class Money:
    """What acting is expected to earn on some customers, in minor units: by whose figures, and by whose decisions.

    Parameters
    ----------
    champion_by_champion, shadow_by_champion : int
        By the champion's figures: what it decided, and what the shadow would have.
    champion_by_shadow, shadow_by_shadow : int
        The same by the shadow's figures.
    """

    champion_by_champion: int = 0
    shadow_by_champion: int = 0
    champion_by_shadow: int = 0
    shadow_by_shadow: int = 0


@dataclass(frozen=True, kw_only=True)
class Differing:
    """A customer about whom the two decide otherwise, or values that were sent.

    Parameters
    ----------
    request_id : str
        Of the customer's latest answer.
    customer : str or None
        By the shop's own id, else ``number:17``; None for values.
    action_before, action_after : str
    risk_before, risk_after : float
    gain_before, gain_after : int or None
        Minor units; what acting is expected to earn, by either. None where the package knows no values.
    """

    request_id: str
    customer: str | None
    action_before: str
    action_after: str
    risk_before: float
    risk_after: float
    gain_before: int | None
    gain_after: int | None


@dataclass(kw_only=True)
class ShadowComparison:
    """What a shadow said to what its champion answered.

    Attributes
    ----------
    shadow : str
        Its label.
    currency : str
        Of all money.
    first_at, last_at : datetime or None
        When the first and the last answer was given that it was put to; None where there is none.
    answered_by : Counter of str
        The answers that both gave, by the version that was believed.
    waiting, skipped : int
        Answers that the shadow has not been asked about yet, and never was.
    failed : Counter of str
        Answers to which it said nothing, by the reason.
    actions, bands : Counter of (str, str)
        Of the answers that both gave: what was said, and what the shadow said.
    shift, largest : float
        How far the risk moves, on average and at most.
    customers, differing : int
        Whom these answers are about, each by the latest; values without a customer count each by itself. And about how
        many of them the decisions differ.
    money, money_differing : Money or None
        On these customers, and on those who differ; None where neither package knows values.
    largest_differing : list of Differing
        Those with the most at stake first: by gain, else by risk.
    """

    shadow: str
    currency: str
    first_at: datetime | None = None
    last_at: datetime | None = None
    answered_by: Counter[str] = field(default_factory=Counter)
    waiting: int = 0
    skipped: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    actions: Counter[tuple[str, str]] = field(default_factory=Counter)
    bands: Counter[tuple[str, str]] = field(default_factory=Counter)
    shift: float = 0.0
    largest: float = 0.0
    customers: int = 0
    differing: int = 0
    money: Money | None = None
    money_differing: Money | None = None
    largest_differing: list[Differing] = field(default_factory=list)

    @property
    def both(self) -> int:
        """How many answers both gave."""
        return self.answered_by.total()

    @property
    def asked(self) -> int:
        """How many answers were given while it shadowed."""
        return self.both + self.waiting + self.skipped + self.failed.total()

    @property
    def changed(self) -> int:
        """How many answers would say to do something else."""
        return sum(count for (before, after), count in self.actions.items() if before != after)

    @property
    def sentence(self) -> str:
        """Say in plain words what it comes to."""
        about = f"{self.differing:,} of {counted(self.customers, 'customer')}"
        if not self.customers:
            return f"{self.shadow} has answered nothing yet."
        if not self.differing:
            return f"{self.shadow} would have decided the same about {counted(self.customers, 'customer')}."
        said = f"{self.shadow} would have decided otherwise about {about}"
        money = self.money_differing
        if money is None:
            return f"{said}; what that is worth, neither version knows."
        more = money.shadow_by_shadow - money.champion_by_shadow
        less = money.champion_by_champion - money.shadow_by_champion
        return (
            f"{said}: by its own figures that earns {format_money(more, self.currency)} more, by the champion's"
            f" {format_money(less, self.currency)} less. Which is right, outcomes will tell."
        )

    def as_dict(self) -> dict[str, Any]:
        """Give it in JSON's own types."""
        return {
            **asdict(self),
            "first_at": None if self.first_at is None else self.first_at.isoformat(),
            "last_at": None if self.last_at is None else self.last_at.isoformat(),
            "answered_by": dict(self.answered_by),
            "failed": dict(self.failed),
            "actions": _pairs(self.actions),
            "bands": _pairs(self.bands),
            "both": self.both,
            "asked": self.asked,
            "changed": self.changed,
            "sentence": self.sentence,
        }


def _pairs(counted: Counter[tuple[str, str]]) -> list[dict[str, Any]]:
    return [
        {"before": before, "after": after, "answers": count}
        for (before, after), count in counted.most_common()
    ]
