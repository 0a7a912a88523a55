"""What some values of a customer's features leave of the others: bounds, whether a value is there, who says so."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from features.declaring.compilation import Catalogue, Output

COUNTED = ("count", "distinct")
"""Kinds of outputs that count the rows they look at."""

_ROUNDED, _SHARE_ROUNDED = 0.01, 0.005
"""How far a value may be off for having been rounded: of its size, and at least."""


class Contradiction(ValueError):
    """Two values that one customer cannot have.

    Attributes
    ----------
    names : tuple of str
        The features, that which was to blame first.
    why : str
        A sentence.
    """

    def __init__(self, names: tuple[str, str], why: str) -> None:
        self.names = names
        self.why = why
        super().__init__(f"{names[0]} must agree with {names[1]}: {why}")


@dataclass(slots=True)
class Belief:
    """What is known of an output, and which value that was sent says so."""

    low: float
    high: float
    low_by: str = ""
    high_by: str = ""
    there_by: str | None = None
    lacks_by: str | None = None

    def copy(self) -> Belief:
        """Give the same belief, to keep."""
        return Belief(self.low, self.high, self.low_by, self.high_by, self.there_by, self.lacks_by)


class Follows(Protocol):
    """What a rule is to beliefs."""

    def follow(self, known: Beliefs) -> None:
        """Say what follows of what is known."""
        ...


@dataclass(frozen=True)
class _About:
    """What is declared of a catalogue's outputs, as beliefs look it up."""

    outputs: Mapping[str, Output]
    counted: frozenset[str]
    never_missing: frozenset[str]
    bounds: tuple[tuple[str, float, float], ...]


@lru_cache(maxsize=64)
def _about(catalogue: Catalogue) -> _About:
    outputs = catalogue.evaluated
    return _About(
        outputs={output.name: output for output in outputs},
        counted=frozenset(output.name for output in outputs if output.kind in COUNTED),
        never_missing=frozenset(output.name for output in outputs if output.null is not None),
        bounds=tuple(
            (
                output.name,
                -math.inf if output.minimum is None else output.minimum,
                math.inf if output.maximum is None else output.maximum,
            )
            for output in outputs
        ),
    )


class Beliefs:
    """What values that were sent say of every output: bounds, and whether it is there at all."""

    def __init__(self, catalogue: Catalogue, rules: Mapping[str, tuple[Follows, ...]]) -> None:
        about = _about(catalogue)
        self.outputs = about.outputs
        self.counted = about.counted
        self.never_missing = about.never_missing
        self.rules = rules
        self.beliefs = {name: Belief(low, high) for name, low, high in about.bounds}
        self.waiting: dict[str, None] = {}
        self.before: dict[str, Belief] = {}

    def __getitem__(self, name: str) -> Belief:
        return self.beliefs[name]

    def pin(self, name: str, value: float | None, *, by: str, rounded: bool = False) -> None:
        """Hold an output at a value."""
        if value is None:
            self.lack(name, by, "")
            return
        off = 0.0
        if rounded and value and self.outputs[name].dtype == "float":
            off = max(_ROUNDED * abs(value), _SHARE_ROUNDED)
        self.there(name, by, "")
        self.at_least(name, value - off, by, "")
        self.at_most(name, value + off, by, "")

    def at_least(self, name: str, bound: float, by: str, why: str) -> None:
        """Raise the lower bound."""
        belief = self.beliefs[name]
        if bound % 1 and self.outputs[name].dtype == "int" and math.isfinite(bound):
            bound = math.ceil(bound - _noise(bound))
        if bound > belief.low + 1e-12 * abs(bound):
            self._change(name)
            belief.low, belief.low_by = bound, by
            if bound > belief.high + 1e-9 * max(1.0, abs(bound)):
                raise Contradiction(_pair(name, by, belief.high_by), why)

    def at_most(self, name: str, bound: float, by: str, why: str) -> None:
        """Lower the upper bound."""
        belief = self.beliefs[name]
        if bound % 1 and self.outputs[name].dtype == "int" and math.isfinite(bound):
            bound = math.floor(bound + _noise(bound))
        if bound < belief.high - 1e-12 * abs(bound):
            self._change(name)
            belief.high, belief.high_by = bound, by
            if bound < belief.low - 1e-9 * max(1.0, abs(bound)):
                raise Contradiction(_pair(name, by, belief.low_by), why)

    def there(self, name: str, by: str, why: str) -> None:
        """Say that an output is not missing; those that never are say nothing by it."""
        belief = self.beliefs[name]
        if belief.there_by is None and name not in self.never_missing:
            if belief.lacks_by is not None:
                raise Contradiction(_pair(name, by, belief.lacks_by), why)
            self._change(name)
            belief.there_by = by

    def lack(self, name: str, by: str, why: str) -> None:
        """Say that an output is missing, or as of an empty window."""
        belief, null = self.beliefs[name], self.outputs[name].null
        if null is not None:
            self.at_least(name, null, by, why)
            self.at_most(name, null, by, why)
        elif belief.lacks_by is None:
            if belief.there_by is not None:
                raise Contradiction(_pair(name, by, belief.there_by), why)
            self._change(name)
            belief.lacks_by = by

    def has_rows(self, name: str) -> str | None:
        """Say by which value an output has a row to look at; None where that is not known."""
        belief = self.beliefs[name]
        if name in self.never_missing or name in self.counted:
            return belief.low_by or name if belief.low > 0 else None
        return belief.there_by

    def has_none(self, name: str) -> str | None:
        """Say by which value an output has no row to look at, likewise."""
        belief = self.beliefs[name]
        if name in self.counted:
            return belief.high_by or name if belief.high < 1 else None
        return belief.lacks_by

    def give_rows(self, name: str, by: str, why: str) -> None:
        """Say that an output has a row to look at."""
        if name in self.counted:
            self.at_least(name, 1, by, why)
        else:
            self.there(name, by, why)

    def settle(self) -> None:
        """Follow the rules until nothing more follows."""
        steps = 0
        while self.waiting and steps < 100_000:
            name = next(iter(self.waiting))
            del self.waiting[name]
            for rule in self.rules.get(name, ()):
                rule.follow(self)
                steps += 1

    def least(self, output: Output, usual: float | None) -> float | None:
        """Give the value of an output that was not sent."""
        belief = self.beliefs[output.name]
        if output.null is None and belief.there_by is None:
            return None
        wanted = output.null if output.null is not None else usual
        if wanted is None:
            wanted = belief.low if math.isfinite(belief.low) else 0.0
        value = min(max(wanted, belief.low), belief.high)
        return float(math.ceil(value - 1e-9)) if output.dtype == "int" else value

    def assume(self, name: str, value: float | None) -> None:
        """Go on from a value that was not sent, unless what was sent does not allow it."""
        self.before = {}
        try:
            self.pin(name, value, by=name, rounded=True)
            self.settle()
        except Contradiction:
            self.beliefs |= self.before
            self.waiting = {}

    def _change(self, name: str) -> None:
        """Remember a belief as it was, and that rules have to look at it again."""
        if name not in self.before:
            self.before[name] = self.beliefs[name].copy()
        self.waiting[name] = None


def _noise(bound: float) -> float:
    """How far a bound may be off for being computed in floating point."""
    return max(1e-9, 1e-12 * abs(bound))


def _pair(name: str, one: str, other: str) -> tuple[str, str]:
    """Name two values, that of the output itself first where it was sent."""
    found = list(dict.fromkeys(filter(None, (other, one, name))))
    first = name if name in found[:2] else found[0]
    return first, next((each for each in found if each != first), first)
