"""Whether a row in which every output of a catalogue was sent surely contradicts nothing, by arrays made once.

What the rules of a catalogue say of beliefs one after the other, they say here of all outputs at once. Outputs that
others are derived from, but that nobody sends, are given values as well: where there are values by which every rule
holds, those that were sent do not contradict each other.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import isfinite
from operator import itemgetter

import numpy as np

from features.declaring.beliefs import COUNTED
from features.declaring.compilation import Catalogue, Output
from features.declaring.inclusion_rules import AtMost, Rows
from features.declaring.relations import rules_of
from features.declaring.rules import Flags, Floats, KnownRow, Places, Rule, nowhere


def surely_agree(catalogue: Catalogue, sent: Floats) -> bool:
    """Whether `features.declaring.relations.complete` surely accepts these values of all outputs.

    It is true of what evaluators compute, but for a few rows; where it is false, ask `complete`.

    Parameters
    ----------
    catalogue : Catalogue
    sent : float64 array of shape (n_outputs,)
        Each in its declared range, whole where the output is; NaN where missing, which only outputs are that may be.

    Examples
    --------
    >>> from features.declaring.declaration import DAYS, EVER, catalogue, count, source
    >>> placed = source("order.placed")
    >>> windows = *DAYS(30, 90), *EVER
    >>> shop = catalogue(count(placed, name="orders", windows=windows, description="Orders."))
    >>> surely_agree(shop, np.array([1.0, 2.0, 2.0])), surely_agree(shop, np.array([3.0, 2.0, 2.0]))
    (True, False)
    """
    check = check_of(catalogue)
    return check is not None and check.passes(sent)


def all_surely_agree(catalogue: Catalogue, sent: Floats) -> bool:
    """Whether `surely_agree` is true of every one of some rows; a few together take little more than one does.

    Parameters
    ----------
    catalogue : Catalogue
    sent : float64 array of shape (n_rows, n_outputs)
        At least one row.
    """
    check = check_of(catalogue)
    pages = (sent[start : start + _TOGETHER] for start in range(0, len(sent), _TOGETHER))
    return check is not None and all(check.all_pass(page) for page in pages)


_TOGETHER = 16
"""Rows that are looked at as if they were one."""

_Naming = tuple[Rule, int, Callable[[Sequence[float]], Sequence[float]]]
"""A rule, which of its names an output is, and what picks the values of all of them."""


@dataclass(frozen=True)
class Unsent:
    """An output that is not sent."""

    place: int
    is_whole: bool
    null: float
    equations: tuple[_Naming, ...]
    """Rules that give it its value, of what stands before it."""
    bounds: tuple[_Naming, ...]
    """Rules that may ask for a least one."""

    def solve(self, values: list[float]) -> bool:
        """Put down the value that a rule leaves; whether one does."""
        for rule, own, pick in self.equations:
            value = rule.solve(own, pick(values))
            if isfinite(value):
                values[self.place] = float(round(value)) if self.is_whole else value
                return True
        return False

    def least(self, values: Sequence[float]) -> float:
        """Give the least value that the rules leave, or that of an empty window."""
        least = self.null
        for rule, own, pick in self.bounds:
            bound = rule.at_least(own, pick(values))
            if bound > least or least != least:
                least = bound
        return least


@dataclass(frozen=True)
class Pair:
    """A rule by which two outputs that are not sent come to one that is."""

    rule: Rule
    result: int
    two: tuple[Unsent, Unsent]

    def solve(self, values: list[float]) -> None:
        """Put down the smallest values that this rule and others leave, where neither is known."""
        one, other = self.two
        if values[one.place] == values[one.place] or values[other.place] == values[other.place]:
            return
        smallest = self.rule.solve_two(values[self.result])
        if smallest is not None:
            lows = one.least(values), other.least(values)
            times = max(
                math.ceil(low / value) if low > value > 0 else 1
                for low, value in zip(lows, smallest, strict=True)
            )
            values[one.place], values[other.place] = (times * value for value in smallest)


@dataclass(frozen=True)
class Laws:
    """The rules of a catalogue, by kind. Places are those of what is sent, in its order, and then of what is not."""

    kinds: tuple[tuple[type[Rule], Places, Floats], ...]
    sent: Flags
    low: Floats
    high: Floats
    enough: Floats
    """By output: from here on it surely has a row to look at."""
    none: Floats
    """Above, it may have one,"""
    nulls: Floats
    """and below likewise."""

    def of_rows(self, count: int) -> Laws:
        """Give the laws of so many rows that are written one behind the other."""
        rows, width = np.arange(count), len(self.sent)
        return Laws(
            tuple(
                (
                    kind,
                    (names[:, None] + width * rows[:, None]).reshape(len(names), -1),
                    np.tile(numbers, count),
                )
                for kind, names, numbers in self.kinds
            ),
            np.tile(self.sent, count),
            np.tile(self.low, count),
            np.tile(self.high, count),
            np.tile(self.enough, count),
            np.tile(self.none, count),
            np.tile(self.nulls, count),
        )

    def hold(self, values: Floats) -> bool:
        """Whether values of what was sent and of what was not are in their ranges and meet the rules."""
        if not nowhere((values < self.low) | (values > self.high)):
            return False
        has_some = (values > self.none) | (values < self.nulls)
        row = KnownRow(values, self.sent, ~(values >= self.enough), has_some)
        return all(kind.hold(row, names, numbers) for kind, names, numbers in self.kinds)


@dataclass(frozen=True)
class Check:
    """What it takes to judge a row: values for what is not sent, and the laws."""

    unsent: tuple[Unsent, ...]
    pairs: tuple[Pair, ...]
    laws: Laws
    of_rows: dict[int, Laws] = field(default_factory=dict)
    """The laws of several rows, once they were needed."""

    def passes(self, sent: Floats) -> bool:
        """Whether every rule surely holds."""
        return self.laws.hold(np.array(self._known(sent.tolist())))

    def all_pass(self, sent: Floats) -> bool:
        """Whether every rule surely holds in every row."""
        laws = self.of_rows.get(len(sent))
        if laws is None:
            laws = self.of_rows[len(sent)] = self.laws.of_rows(len(sent))
        return laws.hold(np.array([self._known(row) for row in sent.tolist()]).ravel())

    def _known(self, sent: list[float]) -> list[float]:
        """Give the values that were sent, and some for what was not."""
        known = sent + [math.nan] * len(self.unsent)
        waiting = [each for each in self.unsent if not each.solve(known)]
        for pair in self.pairs:
            pair.solve(known)
        for each in waiting:
            if known[each.place] != known[each.place]:
                known[each.place] = each.least(known)
        return known


@lru_cache(maxsize=64)
def check_of(catalogue: Catalogue) -> Check | None:
    """Make the check of a catalogue; None where more is derived, or may be missing, than it can judge."""
    unsent = [output for output in catalogue.evaluated if output.name not in catalogue]
    outputs = [*catalogue.outputs, *unsent]
    rules = list(rules_of(catalogue))
    unsure = {output.name for output in unsent if output.null is None}
    if (
        any(output.inputs for output in unsent)
        or any(output.kind in COUNTED and output.null is None for output in outputs)
        or any(
            name in unsure and own not in rule.guessed
            for rule in rules
            for own, name in enumerate(rule.names)
        )
    ):
        return None
    place_of = {output.name: place for place, output in enumerate(outputs)}
    namings: dict[str, list[_Naming]] = defaultdict(list)
    kinds: dict[tuple[type[Rule], int], list[Rule]] = defaultdict(list)
    for rule in rules:
        kinds[type(rule), len(rule.names)].append(rule)
        pick = itemgetter(*(place_of[name] for name in rule.names))
        for own, name in enumerate(rule.names):
            namings[name].append((rule, own, pick))
    waiting = {output.name: _unsent(output, place_of, namings[output.name]) for output in unsent}
    nulls = _filled([output.null for output in outputs], -math.inf)
    return Check(
        unsent=tuple(waiting.values()),
        pairs=tuple(
            Pair(rule, place_of[rule.names[0]], (waiting[rule.names[1]], waiting[rule.names[2]]))
            for rule in rules
            if rule.solves and all(name in waiting for name in rule.names[1:])
        ),
        laws=Laws(
            kinds=tuple(
                (
                    kind,
                    np.array([[place_of[name] for name in rule.names] for rule in alike]).T.copy(),
                    _numbers(alike),
                )
                for (kind, _), alike in kinds.items()
            ),
            sent=np.arange(len(outputs)) < len(catalogue),
            low=_filled([output.minimum for output in outputs], -math.inf),
            high=_filled([output.maximum for output in outputs], math.inf),
            enough=np.array([1.0 if output.kind in COUNTED else -math.inf for output in outputs]),
            none=np.minimum(nulls, 0.0),
            nulls=nulls,
        ),
    )


def _unsent(output: Output, place_of: Mapping[str, int], namings: Sequence[_Naming]) -> Unsent:
    """Gather what may be said of an output that is not sent; of two rules that say the same the one that says more."""
    ordered = {rule.names for rule, _, _ in namings if isinstance(rule, AtMost)}
    need_rows = output.kind in COUNTED or output.null is None
    return Unsent(
        place_of[output.name],
        is_whole=output.dtype == "int",
        null=math.nan if output.null is None else output.null,
        equations=tuple(
            (rule, own, pick)
            for rule, own, pick in namings
            if own in rule.solves and rule.names[own] == max(rule.names, key=place_of.__getitem__)
        ),
        bounds=tuple(
            (rule, own, pick)
            for rule, own, pick in namings
            if own in rule.bounds
            and not (isinstance(rule, Rows) and (rule.names in ordered or not need_rows))
        ),
    )


def _numbers(rules: Sequence[Rule]) -> Floats:
    """What rules are about, one row for each number; infinity where a rule has fewer than others."""
    width = max(len(rule.numbers) for rule in rules)
    found = np.full((width, len(rules)), math.inf)
    for column, rule in enumerate(rules):
        found[: len(rule.numbers), column] = rule.numbers
    return found


def _filled(values: Sequence[float | None], unbounded: float) -> Floats:
    return np.array([unbounded if value is None else value for value in values], dtype=np.float64)
