"""What counts, sums, extremes and ages of the same rows say of each other, in shorter windows and in longer ones."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from features.declaring.arithmetic import hold_between
from features.declaring.beliefs import Beliefs
from features.declaring.rules import ROUNDING, Floats, Held, KnownRow, Places, Rule, nowhere

_WHOLE_HOUR = 1 / 24
"""Days that a gap may be longer than its whole hours."""


class Rows(Rule):
    """Where a part has a row to look at, so has the whole."""

    bounds = (1,)
    guessed = (0, 1)

    def follow(self, known: Beliefs) -> None:
        """A row of the part is one of the whole; where the whole has none, neither has the part."""
        part, whole = self.names
        by = known.has_rows(part)
        if by is not None:
            known.give_rows(whole, by, self.why)
        by = known.has_none(whole)
        if by is not None:
            known.lack(part, by, self.why)

    @staticmethod
    def hold(row: KnownRow, names: Places, numbers: Floats) -> Held:
        """Whether no part may have a row where its whole may have none."""
        part, whole = names
        return nowhere(row.has_none[whole] & row.has_some[part])

    def at_least(self, place: int, values: Sequence[float]) -> float:
        """One row, where the part has any."""
        return 1.0 if values[0] > 0 else math.nan


class AtMost(Rule):
    """One output is another at most."""

    bounds = (1,)

    def follow(self, known: Beliefs) -> None:
        """The one's lower bound is the other's, and the other's upper bound the one's."""
        less, more = self.names
        if known[less].lacks_by is None and known[more].lacks_by is None:
            low, high = known[less], known[more]
            if low.low_by:
                known.at_least(more, low.low, low.low_by, self.why)
            if high.high_by:
                known.at_most(less, high.high, high.high_by, self.why)

    @staticmethod
    def hold(row: KnownRow, names: Places, numbers: Floats) -> Held:
        """Whether none is above what it is at most; a missing one never is."""
        less, more = row.values[names]
        return nowhere(less > more)

    def at_least(self, place: int, values: Sequence[float]) -> float:
        """As much as the one."""
        return values[0]


class Enough(Rule):
    """There are gaps only between so many rows."""

    bounds = (1,)

    def follow(self, known: Beliefs) -> None:
        """Where there is a gap, there are rows enough; where there are not, there is none."""
        (gap, count), (least,) = self.names, self.numbers
        by = known[gap].there_by
        if by is not None:
            known.at_least(count, least, by, self.why)
        if known[count].high < least:
            known.lack(gap, known[count].high_by, self.why)

    @staticmethod
    def hold(row: KnownRow, names: Places, numbers: Floats) -> Held:
        """Whether there are rows enough wherever there is a gap."""
        gap, count = names
        return nowhere((row.values[count] < numbers[0]) & row.has_some[gap])

    def at_least(self, place: int, values: Sequence[float]) -> float:
        """Rows enough, where there is a gap."""
        return self.numbers[0] if values[0] >= 0 else math.nan


class Recent(Rule):
    """A row in a window is no older than the window is long."""

    def follow(self, known: Beliefs) -> None:
        """Where the window has a row, the latest is of it; where the latest is older, it has none."""
        (windowed, recency), (days,) = self.names, self.numbers
        by = known.has_rows(windowed)
        if by is not None:
            known.at_most(recency, days, by, self.why)
        elif known[recency].low > days:
            known.lack(windowed, known[recency].low_by, self.why)

    @staticmethod
    def hold(row: KnownRow, names: Places, numbers: Floats) -> Held:
        """Whether the latest row is recent wherever a window may have one."""
        windowed, recency = names
        return nowhere(~(row.values[recency] <= numbers[0]) & row.has_some[windowed])


class Within(Rule):
    """What is newer than a window is long lies in it."""

    bounds = (1,)

    def follow(self, known: Beliefs) -> None:
        """Where the latest row is newer, the window has one; where it has none, the latest is older."""
        (recency, windowed), (days,) = self.names, self.numbers
        belief = known[recency]
        if belief.there_by is not None and belief.high < days:
            known.give_rows(windowed, belief.high_by, self.why)
        by = known.has_none(windowed)
        if by is not None and belief.lacks_by is None:
            known.at_least(recency, days, by, self.why)

    @staticmethod
    def hold(row: KnownRow, names: Places, numbers: Floats) -> Held:
        """Whether a window surely has a row wherever the latest is newer than it is long."""
        recency, windowed = names
        return nowhere((row.values[recency] < numbers[0]) & row.has_none[windowed])

    def at_least(self, place: int, values: Sequence[float]) -> float:
        """One row, where the latest is newer."""
        return 1.0 if values[0] < self.numbers[0] else math.nan


class Sum(Rule):
    """Parts that no row is in two of come to the whole at most."""

    bounds = (2,)

    def follow(self, known: Beliefs) -> None:
        """The whole is as much as both parts at least."""
        one, other, whole = self.names
        low = known[one].low + known[other].low
        if low > 0:
            known.at_least(whole, low, known[one].low_by or known[other].low_by, self.why)

    @staticmethod
    def hold(row: KnownRow, names: Places, numbers: Floats) -> Held:
        """Whether no two parts come to more than the whole."""
        one, other, whole = row.values[names]
        return nowhere(one + other > whole)

    def at_least(self, place: int, values: Sequence[float]) -> float:
        """As much as both parts."""
        return values[0] + values[1]


class Span(Rule):
    """From the first row to the latest there are as many gaps as rows, less one."""

    def follow(self, known: Beliefs) -> None:
        """The gaps of so many rows fill the days from the first to the latest."""
        count, recency, age, *gaps = self.names
        number, latest, first = known[count], known[recency], known[age]
        if not (latest.there_by and first.there_by):
            return
        if number.high <= 1:
            hold_between(known, age, (-math.inf, latest.high), latest, number, self.why)
            hold_between(known, recency, (first.low, math.inf), first, number, self.why)
        elif gaps and number.low == number.high:
            (gap,), between = gaps, number.low - 1
            low, high = first.low - latest.high, first.high - latest.low
            if math.isfinite(low):
                known.at_least(
                    gap, low / between - _WHOLE_HOUR, first.low_by or latest.high_by, self.why
                )
            if math.isfinite(high):
                known.at_most(gap, high / between, first.high_by or latest.low_by, self.why)

    @staticmethod
    def hold(row: KnownRow, names: Places, numbers: Floats) -> Held:
        """Whether the gaps fill the days between, but for the hours that are cut off."""
        number, latest, first, *gaps = row.values[names]
        days, between = first - latest, number - 1
        fill = np.ones(days.shape, dtype=np.bool_)
        for gap in gaps:
            filled = gap * between
            fill &= (days - _WHOLE_HOUR * between <= filled) & (filled <= days + ROUNDING * first)
        holds = np.where(number <= 1, first <= latest, fill)
        return nowhere(~(holds | (latest != latest) | (first != first)))
