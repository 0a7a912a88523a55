"""What the values of one customer's features say of each other, read off their declarations.

Rows of a shorter window, or of a narrower filter, are among those of a longer or wider one: so counts, sums and
extremes of the one bound those of the other, and where the one has a row, so has the other. A window with a row says
how long ago the latest is, and the other way round; a mean is a sum over a count; what is derived follows from its
inputs. `complete` holds values that were sent against all of that, and says what follows for those that were not.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, permutations

from features.declaring.arithmetic import Quotient, derived
from features.declaring.beliefs import Beliefs
from features.declaring.compilation import Catalogue, Output
from features.declaring.inclusion import (
    are_apart,
    column_of,
    is_about,
    is_positive,
    source_of,
    window_of,
)
from features.declaring.inclusion_rules import AtMost, Enough, Recent, Rows, Span, Sum, Within
from features.declaring.rules import Rule
from features.declaring.sources import Source

_EXTREME = ("mean", "minimum", "maximum", "first", "last")
_GAPS = {"gap_mean": 2, "gap_deviation": 3}
"""How many rows there must be."""


def complete(
    catalogue: Catalogue,
    given: Mapping[str, float | None],
    usual: Mapping[str, float | None],
) -> dict[str, float | None]:
    """Give every output a value: those that were sent, and for the others what they leave.

    An output that was not sent takes its value of an empty window, or the nearest to it that the others allow. What
    must be there, since others say so, takes what is usual, or the nearest to it.

    Parameters
    ----------
    catalogue : Catalogue
    given : mapping of str to float or None
        By output; None where it is missing.
    usual : mapping of str to float or None
        By output.

    Returns
    -------
    dict of str to float or None
        By output, in the catalogue's order.

    Raises
    ------
    Contradiction
        "... must agree with ...: ..."

    Examples
    --------
    >>> from features.declaring.declaration import DAYS, EVER, catalogue, count, recency, source
    >>> placed = source("order.placed")
    >>> shop = catalogue(
    ...     count(placed, name="orders", windows=(*DAYS(30, 90), *EVER), description="Orders."),
    ...     recency(placed, name="days_since_order", description="Days since the latest."),
    ... )
    >>> complete(shop, {"orders_90d": 2}, {"days_since_order": 200.0})
    {'orders_30d': 0.0, 'orders_90d': 2.0, 'orders': 2.0, 'days_since_order': 90.0}
    >>> complete(shop, {"days_since_order": 10, "orders": 0}, {})  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    features.declaring.beliefs.Contradiction: orders must agree with days_since_order: All that ...
    """
    known = Beliefs(catalogue, _by_name(catalogue))
    for name, value in given.items():
        known.pin(name, value, by=name, rounded=True)
    known.settle()
    found: dict[str, float | None] = {}
    wanted = set(catalogue.names)
    for output in catalogue.evaluated:
        if output.name in given:
            found[output.name] = given[output.name]
            continue
        if output.name in wanted:
            value = known.least(output, usual.get(output.name))
            found[output.name] = value
            known.assume(output.name, value)
    return {
        name: None if (value := found[name]) is None else float(value) for name in catalogue.names
    }


@lru_cache(maxsize=64)
def _by_name(catalogue: Catalogue) -> Mapping[str, tuple[Rule, ...]]:
    """Every rule of a catalogue's outputs, by each output it looks at."""
    found: dict[str, list[Rule]] = defaultdict(list)
    for rule in rules_of(catalogue):
        for name in rule.names:
            found[name].append(rule)
    return {name: tuple(rules) for name, rules in found.items()}


def rules_of(catalogue: Catalogue) -> Iterator[Rule]:
    """Read every rule off the declarations of a catalogue's outputs."""
    known = {output.name: output for output in catalogue.evaluated}
    reduced = [output for output in known.values() if output.partials]
    pairs = [(one, other) for one, other in permutations(reduced, 2) if is_about(one, other)]
    yield from chain.from_iterable(_between(one, other) for one, other in pairs)
    yield from _means(reduced)
    yield from _parts(pairs)
    yield from _spans(reduced)
    yield from derived(known)


def _between(one: Output, other: Output) -> Iterator[Rule]:
    """What two outputs say of each other, where the rows of one are among those of the other."""
    part, whole = one.name, other.name
    kinds = one.kind, other.kind
    same_column = source_of(one).column == source_of(other).column
    why = f"All that {part} looks at, {whole} looks at, too."
    if window_of(one) <= window_of(other):
        if other.kind not in _GAPS:
            yield Rows((part, whole), why)
        ordered = (
            kinds in (("count", "count"), ("distinct", "count"), ("age", "age"))
            or (kinds == ("distinct", "distinct") and same_column)
            or (kinds == ("total", "total") and same_column and is_positive(other))
            or (one.kind in _EXTREME and other.kind == "maximum" and same_column)
        )
        if ordered:
            yield AtMost((part, whole), why)
        if (one.kind in _EXTREME and other.kind == "minimum" and same_column) or kinds in (
            ("recency", "recency"),
            ("age", "recency"),
        ):
            yield AtMost((whole, part), why)
        if kinds == ("recency", "age"):
            yield AtMost((part, whole), why)
        if one.kind in _GAPS and other.kind == "count":
            least = _GAPS[one.kind]
            yield Enough((part, whole), f"{part} takes {least} rows or more of {whole}.", (least,))
    days = window_of(one)
    if other.kind == "recency" and math.isfinite(days) and window_of(other) >= days:
        yield Recent((part, whole), f"{part} looks at the last {days:g} days.", (days,))
    days = window_of(other)
    if one.kind == "recency" and math.isfinite(days) and other.kind not in _GAPS:
        yield Within((part, whole), f"{whole} looks at the last {days:g} days.", (days,))


def _means(reduced: Sequence[Output]) -> Iterator[Rule]:
    """A sum is a mean times a count, of the same rows."""
    for total in reduced:
        if total.kind != "total" or not is_positive(total):
            continue
        for mean in reduced:
            if mean.kind != "mean" or mean.partials[0].source != source_of(total):
                continue
            for count in reduced:
                if (
                    count.kind == "count"
                    and source_of(count) == source_of(total).rows
                    and window_of(count) == window_of(mean) == window_of(total)
                    and column_of(total) is None
                ):
                    names = mean.name, total.name, count.name
                    yield Quotient(names, f"{mean.name} is {total.name} over {count.name}.")


def _spans(reduced: Sequence[Output]) -> Iterator[Rule]:
    """From the first row to the latest there are as many gaps as rows, less one."""
    by_rows: dict[Source, dict[str, str]] = defaultdict(dict)
    for output in reduced:
        if math.isinf(window_of(output)) and source_of(output).column is None:
            by_rows[source_of(output)][output.kind] = output.name
    for kinds in by_rows.values():
        if {"count", "recency", "age"} <= set(kinds):
            names = [
                kinds[kind] for kind in ("count", "recency", "age", "gap_mean") if kind in kinds
            ]
            count, recency, age = names[:3]
            yield Span(
                tuple(names), f"The rows that {count} counts lie between {age} and {recency}."
            )


def _parts(pairs: Sequence[tuple[Output, Output]]) -> Iterator[Rule]:
    """Parts that no row is in two of come to the whole at most."""
    inside: dict[str, list[Output]] = defaultdict(list)
    for one, other in pairs:
        if one.kind == other.kind == "count" and window_of(one) <= window_of(other):
            inside[other.name].append(one)
    for whole, parts in inside.items():
        for one, other in permutations(parts, 2):
            if one.name < other.name and are_apart(source_of(one), source_of(other)):
                names = one.name, other.name, whole
                yield Sum(names, f"{one.name} and {other.name} are parts of {whole}.")
