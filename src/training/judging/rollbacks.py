"""What a person took back stays back: a challenger that comes to the same again is not promoted by itself.

`bellwether models rollback` says that a version shall not answer. The next training sees much the same records, comes
to the same model, and would put it back. So it is refused until a training comes to another model, or a person
promotes the version.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scoring.errors import ScoringError
from scoring.files import read_package
from scoring.package import Package
from scoring.parts import comes_to_the_same_model, is_same_decision
from scoring.promotions import Promotion, taken_back
from training.judging.verdict import Gate


@dataclass(frozen=True, kw_only=True)
class TakenBack:
    """A version that a person took back."""

    package: Package
    by: Promotion
    """Who promoted another version in its place, when and why."""

    def gate(self, what: str) -> Gate:
        """Refuse what is the same over again."""
        label = self.package.label
        return Gate(
            name="taken_back",
            passed=False,
            text=f"{what} {label}, which {self.by.by} took back on {self.by.at[:10]} ({self.by.why}). It stays back"
            f" until a training comes to another one, or: bellwether models promote {label}",
        )


def read_taken_back(packages: Path, tenant: str, model: str) -> tuple[TakenBack, ...]:
    """Read the versions of a model that a person took back; one that cannot be read is passed over."""
    found = []
    for version, promotion in taken_back(packages, tenant, model).items():
        try:
            package = read_package(packages / tenant / model / version)
        except (ScoringError, OSError):
            continue
        found.append(TakenBack(package=package, by=promotion))
    return tuple(found)


def stays_back(
    challenger: Package, champion: Package | None, back: Sequence[TakenBack]
) -> Sequence[Gate]:
    """Refuse a challenger whose model was taken back, or whose decision over the champion's model was.

    Parameters
    ----------
    challenger : Package
    champion : Package or None
        None where there is none that can be read.
    back : sequence of TakenBack
        As `read_taken_back` gives them.

    Returns
    -------
    sequence of Gate
        One that refuses, or none.
    """
    if champion is not None and _is_the_same(champion, challenger):
        return ()
    for each in back:
        if not comes_to_the_same_model(each.package, challenger):
            continue
        if champion is None or not comes_to_the_same_model(each.package, champion):
            return (each.gate("it comes to the model of"),)
        if is_same_decision(each.package, challenger):
            return (each.gate("it comes to the decision of"),)
    return ()


def decision_stays_back(challenger: Package, champion: Package, back: Sequence[TakenBack]) -> bool:
    """Whether the challenger's decision over the champion's model is what a person took back."""
    return any(
        is_same_decision(each.package, challenger)
        and comes_to_the_same_model(each.package, champion)
        for each in back
    )


def _is_the_same(one: Package, other: Package) -> bool:
    return is_same_decision(one, other) and comes_to_the_same_model(one, other)
