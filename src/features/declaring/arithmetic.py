"""What a quotient, a difference, a share and a threshold say of what they are made of, and the other way round."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from features.declaring.beliefs import Belief, Beliefs
from features.declaring.compilation import Output
from features.declaring.rules import ROUNDING, Floats, Held, KnownRow, Places, Rule, nowhere


def derived(known: Mapping[str, Output]) -> Iterator[Rule]:
    """What is derived follows from its inputs, and bounds them."""
    for output in known.values():
        if not output.inputs:
            continue
        names = (output.name, *output.inputs)
        why = f"{output.name} follows from {' and '.join(output.inputs)}."
        positive = all((known[name].minimum or 0) >= 0 for name in names)
        if output.kind == "ratio" and positive:
            yield Quotient((output.name, output.inputs[0], output.inputs[-1]), why)
        elif output.kind == "difference":
            yield Difference(names, why)
        elif output.kind == "share":
            yield Share(names, why)
        elif output.kind == "threshold":
            yield Threshold(names, why, output.limits)


class Quotient(Rule):
    """An output, and the two that it is the quotient of; none below 0."""

    solves = (1, 2)
    bounds = (2,)
    guessed = (1, 2)

    def follow(self, known: Beliefs) -> None:
        """Each is within what the bounds of the other two leave."""
        name, top, bottom = self.names
        why = self.why
        result, above, below = known[name], known[top], known[bottom]
        null = known.outputs[name].null
        if result.there_by is not None or (null == 0 and result.low > 0):
            by = result.there_by or result.low_by
            known.there(top, by, why)
            known.there(bottom, by, why)
            if known.outputs[bottom].dtype == "int":
                known.at_least(bottom, 1, by, why)
        for needed in (above, below):
            if needed.lacks_by is not None:
                known.lack(name, needed.lacks_by, why)
        if below.high <= 0 and below.high_by:
            known.lack(name, below.high_by, why)
            return
        if result.lacks_by is not None or above.lacks_by or below.lacks_by:
            return
        sent = name in (result.low_by, result.high_by)  # of a value itself, less its rounding
        if below.low > 0:
            if _is_there(known, top) and _is_there(known, bottom):
                known.there(name, above.low_by or below.low_by, why)
            if above.high_by or below.low_by:
                by = above.high_by or below.low_by
                known.at_most(name, above.high / below.low, by, why)
            if above.low > 0 and math.isfinite(below.high):
                known.at_least(name, above.low / below.high, above.low_by or below.high_by, why)
            if sent and result.low > 0:
                known.at_least(top, result.low * below.low, result.low_by, why)
            if sent and math.isfinite(below.high) and math.isfinite(result.high):
                known.at_most(top, result.high * below.high, result.high_by, why)
        if sent and above.low > 0 and 0 < result.high < math.inf:
            known.at_least(bottom, above.low / result.high, above.low_by or result.high_by, why)
        if sent and result.low > 0 and math.isfinite(above.high):
            known.at_most(bottom, above.high / result.low, above.high_by or result.low_by, why)
        if sent and result.high <= 0 and _is_there(known, name):
            known.at_most(top, 0, name, why)

    @staticmethod
    def hold(row: KnownRow, names: Places, numbers: Floats) -> Held:
        """Whether each is exactly the quotient, or missing, or of nothing."""
        name, _, bottom = names
        result, above, below = row.values[names]
        is_exact = np.abs(result * below - above) <= ROUNDING * above
        is_over_none = (below == 0) & row.sent[bottom]
        is_empty = ~row.has_some[name] & (is_exact | is_over_none)
        return nowhere(~(is_exact & (below > 0) | is_empty | (result != result)))

    def solve(self, place: int, values: Sequence[float]) -> float:
        """What the other two leave."""
        result, above, below = values
        if place == 1:
            return result * below
        return above / result if result > 0 else math.nan

    def solve_two(self, result: float) -> tuple[float, float] | None:
        """The fraction in its lowest terms."""
        return _fraction(result)

    def at_least(self, place: int, values: Sequence[float]) -> float:
        """One below, where there is a quotient."""
        return 1.0 if values[0] >= 0 else math.nan


def _is_there(known: Beliefs, name: str) -> bool:
    return known.outputs[name].null is not None or known[name].there_by is not None


class Difference(Rule):
    """An output, and the two that it is the difference of."""

    solves = (1, 2)

    def follow(self, known: Beliefs) -> None:
        """Each is within what the bounds of the other two leave."""
        name, whole, less = self.names
        why = self.why
        result, above, below = known[name], known[whole], known[less]
        for needed in (above, below):
            if needed.lacks_by is not None:
                known.lack(name, needed.lacks_by, why)
        if result.there_by is not None:
            known.there(whole, result.there_by, why)
            known.there(less, result.there_by, why)
        if result.lacks_by is not None or above.lacks_by or below.lacks_by:
            return
        if _is_there(known, whole) and _is_there(known, less):
            known.there(name, above.there_by or below.there_by or whole, why)
        hold_between(
            known, name, (above.low - below.high, above.high - below.low), above, below, why
        )
        hold_between(
            known, whole, (result.low + below.low, result.high + below.high), result, below, why
        )
        hold_between(
            known, less, (above.low - result.high, above.high - result.low), above, result, why
        )

    @staticmethod
    def hold(row: KnownRow, names: Places, numbers: Floats) -> Held:
        """Whether each is exactly the difference, or missing."""
        result, whole, less = row.values[names]
        is_empty = ((whole != whole) | (less != less)) & ~row.has_some[names[0]]
        return nowhere(~((whole - less == result) | is_empty | (result != result)))

    def solve(self, place: int, values: Sequence[float]) -> float:
        """What the other two leave."""
        result, above, below = values
        return result + below if place == 1 else above - result


def hold_between(
    known: Beliefs, name: str, bounds: tuple[float, float], one: Belief, other: Belief, why: str
) -> None:
    """Hold an output between bounds that come of two others."""
    low, high = bounds
    if math.isfinite(low):
        known.at_least(name, low, one.low_by or other.low_by or other.high_by, why)
    if math.isfinite(high):
        known.at_most(name, high, one.high_by or other.high_by or other.low_by, why)


class Share(Rule):
    """An output, and the part and the rest that it is the share of."""

    solves = (1, 2)
    bounds = (1, 2)

    def follow(self, known: Beliefs) -> None:
        """Each is within what the bounds of the other two leave."""
        name, part, rest = self.names
        why = self.why
        result, mine, others = known[name], known[part], known[rest]
        if mine.high <= 0 and others.high <= 0:
            known.lack(name, mine.high_by or others.high_by, why)
            return
        if result.lacks_by is not None:
            known.lack(part, result.lacks_by, why)
            known.lack(rest, result.lacks_by, why)
            return
        if result.low > 0:
            known.at_least(part, 1, result.low_by, why)
        if result.high < 1 and (result.there_by or result.low > 0):
            known.at_least(rest, 1, result.high_by, why)
        if mine.low + others.low > 0:
            known.there(name, mine.low_by or others.low_by, why)
            if mine.low > 0 and math.isfinite(others.high):
                known.at_least(name, mine.low / (mine.low + others.high), mine.low_by, why)
            if math.isfinite(mine.high) and mine.high + others.low > 0:
                by = mine.high_by or others.low_by
                known.at_most(name, mine.high / (mine.high + others.low), by, why)
            sent = name in (result.low_by, result.high_by)
            if sent and 0 < result.low < 1:
                known.at_least(part, others.low * result.low / (1 - result.low), result.low_by, why)
            if sent and 0 < result.high < 1:
                known.at_least(
                    rest, mine.low * (1 - result.high) / result.high, result.high_by, why
                )

    @staticmethod
    def hold(row: KnownRow, names: Places, numbers: Floats) -> Held:
        """Whether each is exactly the share, or missing, or of nothing."""
        result, part, rest = row.values[names]
        has_some, has_part, has_rest = row.has_some[names]
        whole = part + rest
        counts = ((part == 0) | (part >= 1)) & ((rest == 0) | (rest >= 1))
        is_exact = counts & (np.abs(result * whole - part) <= ROUNDING * part)
        holds = np.where(whole == 0, (result == 0) & ~has_some, is_exact)
        return nowhere(~np.where(result != result, ~(has_part | has_rest), holds))

    def solve(self, place: int, values: Sequence[float]) -> float:
        """What the other two leave."""
        result, mine, others = values
        if place == 1:
            return others * result / (1 - result) if result < 1 else math.nan
        return mine * (1 - result) / result if result > 0 else math.nan

    def solve_two(self, result: float) -> tuple[float, float] | None:
        """The part and the rest of the fraction in its lowest terms."""
        found = _fraction(result)
        return None if found is None else (found[0], found[1] - found[0])

    def at_least(self, place: int, values: Sequence[float]) -> float:
        """One, where the share says that there is any."""
        wanted = values[0] > 0 if place == 1 else values[0] < 1
        return 1.0 if wanted else math.nan


class Threshold(Rule):
    """How many limits an output reaches, and that output."""

    def follow(self, known: Beliefs) -> None:
        """As many limits are reached as the bounds say, and the other way round."""
        (name, of), limits = self.names, self.numbers
        why = self.why

        def reached(value: float) -> int:
            return sum(value >= limit for limit in limits)

        band, looked_at = known[name], known[of]
        if looked_at.lacks_by is not None:
            known.lack(name, looked_at.lacks_by, why)
        if band.there_by is not None:
            known.there(of, band.there_by, why)
        if looked_at.there_by is not None:
            known.there(name, looked_at.there_by, why)
        if band.lacks_by is not None:
            known.lack(of, band.lacks_by, why)
        if looked_at.lacks_by is not None or band.lacks_by is not None:
            return
        if looked_at.low_by:
            known.at_least(name, reached(looked_at.low), looked_at.low_by, why)
        if looked_at.high_by:
            known.at_most(name, reached(looked_at.high), looked_at.high_by, why)
        if band.low_by and band.low >= 1:
            known.at_least(of, limits[int(band.low) - 1], band.low_by, why)
        if band.high_by and band.high < len(limits):
            known.at_most(of, limits[int(band.high)], band.high_by, why)

    @staticmethod
    def hold(row: KnownRow, names: Places, numbers: Floats) -> Held:
        """Whether each says how many limits are reached, or that nothing is there to reach them."""
        band, looked_at = row.values[names]
        is_reached = np.count_nonzero(looked_at >= numbers, axis=0) == band
        return nowhere(~np.where(looked_at == looked_at, is_reached, ~row.has_some[names[0]]))


def _fraction(value: float) -> tuple[float, float] | None:
    """Give the smallest two whole numbers that a number is the quotient of, by continued fractions; None if extreme."""
    if value == 0:
        return 0.0, 1.0
    if not 2**-31 < value < 2**31:
        return None
    above, below, above_before, below_before = float(int(value)), 1.0, 1.0, 0.0
    left = value - above
    while left and abs(value * below - above) > ROUNDING * above / 8:
        left = 1 / left
        whole = int(left)
        left -= whole
        above, above_before = whole * above + above_before, above
        below, below_before = whole * below + below_before, below
    return above, below
