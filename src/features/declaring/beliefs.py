"""What some values of a customer's features leave of the others: bounds, whether a value is there, who says so."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from features.declaring.compilation import Catalogue, Output

_ADDED = ("count", "distinct")

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


@dataclass
class Belief:
    """What is known of an output, and which value that was sent says so."""

    low: float
    high: float
    low_by: str = ""
    high_by: str = ""
    there_by: str | None = None
    lacks_by: str | None = None


Rule = Callable[["Beliefs"], None]


class Beliefs:
    """What values that were sent say of every output: bounds, and whether it is there at all."""

    def __init__(self, catalogue: Catalogue, rules: Mapping[str, tuple[Rule, ...]]) -> None:
        self.outputs = {output.name: output for output in catalogue.evaluated}
        self.rules = rules
        self.beliefs = {
            name: Belief(
                -math.inf if output.minimum is None else output.minimum,
                math.inf if output.maximum is None else output.maximum,
            )
            for name, output in self.outputs.items()
        }
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
        if self.outputs[name].dtype == "int" and math.isfinite(bound):
            bound = math.ceil(bound - 1e-9)
        if bound > belief.low + 1e-12 * abs(bound):
            self._change(name)
            belief.low, belief.low_by = bound, by
            if bound > belief.high + 1e-9 * max(1.0, abs(bound)):
                raise Contradiction(_pair(name, by, belief.high_by), why)

    def at_most(self, name: str, bound: float, by: str, why: str) -> None:
        """Lower the upper bound."""
        belief = self.beliefs[name]
        if self.outputs[name].dtype == "int" and math.isfinite(bound):
            bound = math.floor(bound + 1e-9)
        if bound < belief.high - 1e-12 * abs(bound):
            self._change(name)
            belief.high, belief.high_by = bound, by
            if bound < belief.low - 1e-9 * max(1.0, abs(bound)):
                raise Contradiction(_pair(name, by, belief.low_by), why)

    def there(self, name: str, by: str, why: str) -> None:
        """Say that an output is not missing; those that never are say nothing by it."""
        belief = self.beliefs[name]
        if belief.there_by is None and self.outputs[name].null is None:
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
        belief, output = self.beliefs[name], self.outputs[name]
        if output.kind in _ADDED or output.null is not None:
            return belief.low_by or name if belief.low > 0 else None
        return belief.there_by

    def has_none(self, name: str) -> str | None:
        """Say by which value an output has no row to look at, likewise."""
        belief, output = self.beliefs[name], self.outputs[name]
        if output.kind in _ADDED:
            return belief.high_by or name if belief.high < 1 else None
        return belief.lacks_by

    def give_rows(self, name: str, by: str, why: str) -> None:
        """Say that an output has a row to look at."""
        if self.outputs[name].kind in _ADDED:
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
                rule(self)
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
        self.before.setdefault(name, replace(self.beliefs[name]))
        self.waiting[name] = None


def _pair(name: str, one: str, other: str) -> tuple[str, str]:
    """Name two values, that of the output itself first where it was sent."""
    found = list(dict.fromkeys(filter(None, (other, one, name))))
    first = name if name in found[:2] else found[0]
    return first, next((each for each in found if each != first), first)
