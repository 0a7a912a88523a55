"""The check of complete rows, for many of them by columns: what `features.declaring.complete_rows` does to one row.

What nobody sends is given values column by column. They may be others than a single row is given, for any will do by
which every rule holds; where they do not, the row is looked at by itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from features.declaring.arithmetic import Difference, Quotient, Share
from features.declaring.compilation import Catalogue
from features.declaring.complete_rows import Laws, Pair, Unsent, check_of
from features.declaring.inclusion_rules import AtMost, Enough, Rows, Sum, Within
from features.declaring.rules import ROUNDING, Flags, Floats, KnownRow, Rule

_MOST_STEPS = 64
"""After which a continued fraction is left as it is: no double has more."""

Columns = Sequence[Floats]
"""Values of the outputs that a rule names, each of shape (n_rows,)."""


def surely_agree_rows(catalogue: Catalogue, table: Floats) -> Flags:
    """Mark the rows that `features.declaring.relations.complete` surely accepts.

    Parameters
    ----------
    catalogue : Catalogue
    table : float64 array of shape (n_rows, n_outputs)
        Each row as `features.declaring.complete_rows.surely_agree` takes it.

    Returns
    -------
    bool array of shape (n_rows,)

    Examples
    --------
    >>> from features.declaring.declaration import DAYS, EVER, catalogue, count, source
    >>> placed = source("order.placed")
    >>> windows = *DAYS(30, 90), *EVER
    >>> shop = catalogue(count(placed, name="orders", windows=windows, description="Orders."))
    >>> surely_agree_rows(shop, np.array([[1.0, 2.0, 2.0], [3.0, 2.0, 2.0]])).tolist()
    [True, False]
    """
    check = check_of(catalogue)
    if check is None or not len(table):
        return np.zeros(len(table), dtype=np.bool_)
    known = np.full((len(check.laws.sent), len(table)), math.nan)
    known[: table.shape[1]] = table.T
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for each in check.unsent:
            _solve(each, known)
        for pair in check.pairs:
            _solve_pair(pair, known)
        for each in check.unsent:
            _put(known[each.place], _least(each, known))
        return _holding(check.laws, known)


def _holding(laws: Laws, known: Floats) -> Flags:
    """Mark the rows, columns of what is known, whose values are in their ranges and meet the rules."""
    outside = (known < laws.low[:, None]) | (known > laws.high[:, None])
    rows = KnownRow(
        known,
        laws.sent[:, None],
        has_none=~(known >= laws.enough[:, None]),
        has_some=(known > laws.none[:, None]) | (known < laws.nulls[:, None]),
    )
    holding: Flags = ~np.any(outside, axis=0)
    for kind, names, numbers in laws.kinds:
        holding &= kind.hold(rows, names, numbers[:, :, None])
    return holding


def _solve(unsent: Unsent, known: Floats) -> None:
    for rule, own, pick in unsent.equations:
        found = _SOLVED[type(rule)](own, pick(known))  # type: ignore[arg-type]
        found = np.where(np.isfinite(found), found, math.nan)
        _put(known[unsent.place], np.rint(found) if unsent.is_whole else found)


def _solve_pair(pair: Pair, known: Floats) -> None:
    one, other = pair.two
    first, second = known[one.place], known[other.place]
    is_open = (first != first) & (second != second)
    if not is_open.any():
        return
    above, below = _fractions(known[pair.result])
    smallest = (above, below - above) if isinstance(pair.rule, Share) else (above, below)
    times = np.ones_like(above)
    for value, low in zip(smallest, (_least(one, known), _least(other, known)), strict=True):
        times = np.fmax(times, np.where((low > value) & (value > 0), np.ceil(low / value), 1.0))
    for column, value in zip((first, second), smallest, strict=True):
        _put(column, np.where(is_open, times * value, math.nan))


def _least(unsent: Unsent, known: Floats) -> Floats:
    least = np.full(known.shape[1], unsent.null)
    for rule, own, pick in unsent.bounds:
        bound = _LEAST[type(rule)](rule, own, pick(known))  # type: ignore[arg-type]
        least = np.fmax(least, bound)
    return least


def _put(column: Floats, values: Floats) -> None:
    """Put values down where nothing is known yet."""
    np.copyto(column, values, where=column != column)


def _given(is_so: Flags, value: Floats | float) -> Floats:
    return np.where(is_so, value, math.nan)


def _of_quotient(place: int, values: Columns) -> Floats:
    result, above, below = values
    return result * below if place == 1 else _given(result > 0, above / result)


def _of_difference(place: int, values: Columns) -> Floats:
    result, above, below = values
    return result + below if place == 1 else above - result


def _of_share(place: int, values: Columns) -> Floats:
    result, mine, others = values
    if place == 1:
        return _given(result < 1, others * result / (1 - result))
    return _given(result > 0, mine * (1 - result) / result)


_SOLVED: Mapping[type[Rule], Callable[[int, Columns], Floats]] = {
    Quotient: _of_quotient,
    Difference: _of_difference,
    Share: _of_share,
}
"""What the other two leave, as `Rule.solve` of each kind."""

_LEAST: Mapping[type[Rule], Callable[[Rule, int, Columns], Floats]] = {
    Rows: lambda rule, place, values: _given(values[0] > 0, 1.0),
    AtMost: lambda rule, place, values: values[0],
    Enough: lambda rule, place, values: _given(values[0] >= 0, rule.numbers[0]),
    Within: lambda rule, place, values: _given(values[0] < rule.numbers[0], 1.0),
    Sum: lambda rule, place, values: values[0] + values[1],
    Quotient: lambda rule, place, values: _given(values[0] >= 0, 1.0),
    Share: lambda rule, place, values: _given(values[0] > 0 if place == 1 else values[0] < 1, 1.0),
}
"""The least value by which the rule holds, as `Rule.at_least` of each kind."""


def _fractions(values: Floats) -> tuple[Floats, Floats]:
    """Give the smallest two whole numbers that each is the quotient of, by continued fractions; NaN where extreme."""
    above, below = np.floor(values), np.ones_like(values)
    above_before, below_before = np.ones_like(values), np.zeros_like(values)
    left = values - above
    open_ = np.arange(len(values))
    for _ in range(_MOST_STEPS):
        off = np.abs(values[open_] * below[open_] - above[open_])
        goes_on = (left[open_] > 0) & (off > ROUNDING * above[open_] / 8)
        open_ = open_[goes_on]
        if not len(open_):
            break
        turned = 1 / left[open_]
        whole = np.floor(turned)
        left[open_] = turned - whole
        for now, before in ((above, above_before), (below, below_before)):
            latest = now[open_]
            now[open_] = whole * latest + before[open_]
            before[open_] = latest
    usual = (values == 0) | ((values > 2**-31) & (values < 2**31))
    return _given(usual, above), _given(usual, below)
