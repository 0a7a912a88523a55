"""A declaration in words: what a feature counts, of what, over which days, with no SQL."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterable
from types import ModuleType

from commerce.records.stream import EVENT_TYPES
from features import catalogue as families
from features.declaring.compilation import Catalogue, Output
from features.declaring.operators import Feature
from features.declaring.origins import Aggregates, Condition
from features.declaring.sources import Source

REDUCED = {
    "count": "how many {rows}",
    "total": "sum of {column} over {rows}",
    "mean": "mean of {column} over {rows}",
    "minimum": "smallest {column} of {rows}",
    "maximum": "largest {column} of {rows}",
    "first": "earliest {column} of {rows}",
    "last": "latest {column} of {rows}",
    "distinct": "how many different values of {column} among {rows}",
    "recency": "days since the latest of {rows}",
    "age": "days since the earliest of {rows}",
    "gap_mean": "mean days between one and the next of {rows}",
    "gap_deviation": "standard deviation of the days between {rows}",
}
_WINDOW = re.compile(r"_(\d+)d$")
_ASIDE = re.compile(r",? of the last (year(?!')|\d+ days)|[{}]")
"""What a title says by itself, or leaves to the description."""
_OF_ONE_ROW = ("first", "last", "recency", "age")
DERIVED = {
    "ratio": "{0} over {1}",
    "difference": "{0} less {1}",
    "share": "{0} of {0} and {1} together",
    "threshold": "how many of the limits {limits} {0} reaches",
}
_COLUMNS = {
    "base_minor": "amount (minor units of the tenant's currency)",
    "age_day": "day before the cutoff",
    "age_week": "week before the cutoff",
    "age_month": "month (30 days) before the cutoff",
    "hour_of_day": "hour of the day (UTC)",
    "day_of_week": "day of the week (0 is Monday, UTC)",
}


def in_words(output: Output) -> str:
    """Say how an output is computed.

    Examples
    --------
    >>> from features.declaring.declaration import DAYS, catalogue, count, source
    >>> cash = source("payment.captured", method=["cash", "cod"])
    >>> entry = count(cash, name="cash", windows=DAYS(90), description="Paid in cash.")
    >>> in_words(catalogue(entry)["cash_90d"])
    'how many payment.captured where method is cash or cod, in the 90 days before the cutoff'
    """
    if output.inputs:
        limits = ", ".join(f"{limit:g}" for limit in output.limits)
        return _words(DERIVED, output.kind).format(*output.inputs, limits=limits)
    partial = output.partials[0]
    phrase = _words(REDUCED, output.kind).format(
        column=_COLUMNS.get(partial.source.column or "", partial.source.column),
        rows=source_in_words(partial.source),
    )
    since_ever = partial.window is None and output.kind in _OF_ONE_ROW
    return phrase if since_ever else f"{phrase}, {window_in_words(output)}"


def title(output: Output) -> str:
    """Name an output as people say it: what it is, and over which days.

    Examples
    --------
    >>> from features.catalogue import CATALOGUE
    >>> [title(CATALOGUE[name]) for name in ("orders_90d", "recency_band")]
    ['Orders placed in the last 90 days', 'How long since the latest order']
    """
    window = _WINDOW.search(output.name)
    text = _ASIDE.sub("", output.description).removesuffix(".")
    if output.kind == "threshold":
        text = text.partition(":")[0]
    return f"{text} in the last {window[1]} days" if window and "last year" not in text else text


def source_in_words(rows: Source) -> str:
    """Say which rows a source has."""
    if isinstance(rows.origin, Aggregates):
        opened, closed = " or ".join(rows.origin.open), " or ".join(rows.origin.close)
        settled = (
            f"until {closed} cover its amount"
            if rows.origin.settled_by == "amount"
            else f"until the first {closed}"
        )
        return f"everything opened by {opened}, {settled}" + _where(rows.where)
    return " or ".join(rows.origin.types) + _where(rows.origin.where)


def window_in_words(output: Output) -> str:
    """Say which days an output looks at; those of its inputs where it is derived."""
    if not output.partials:
        return "as its inputs do"
    window = output.partials[0].window
    return "since the first event" if window is None else f"in the {window} days before the cutoff"


def event_meanings(output: Output) -> dict[str, str]:
    """Give each type of event an output reads itself, and what it says."""
    types = dict.fromkeys(name for partial in output.partials for name in partial.source.types)
    return {
        name: EVENT_TYPES[name].meaning if name in EVENT_TYPES else "Not an event type."
        for name in types
    }


def inputs_of(output: Output, catalogue: Catalogue) -> tuple[Output, ...]:
    """Give all that an output is derived from, at any depth, nearest first."""
    known = {each.name: each for each in catalogue.evaluated}
    found: dict[str, Output] = {}
    waiting = list(output.inputs)
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found[name] = known[name]
            waiting += known[name].inputs
    return tuple(found.values())


def allowed(output: Output) -> str:
    """Write an output's range: "0..1", "0..", "any"."""
    low = "" if output.minimum is None else f"{output.minimum:g}"
    high = "" if output.maximum is None else f"{output.maximum:g}"
    return f"{low}..{high}" if low or high else "any"


def empty(output: Output) -> str:
    """Write the value of an empty window; a dash where it is missing."""
    return "-" if output.null is None else f"{output.null:g}"


def family_meanings() -> dict[str, str]:
    """Give what each family of the shop's catalogue is about: the first line of its module."""
    meanings: dict[str, str] = {}
    for found in pkgutil.iter_modules(families.__path__):
        module = importlib.import_module(f"{families.__name__}.{found.name}")
        line = (module.__doc__ or "").strip().partition("\n")[0]
        meanings |= dict.fromkeys(_families_in(module), line)
    return meanings


def _families_in(module: ModuleType) -> Iterable[str]:
    for value in vars(module).values():
        entries = value if isinstance(value, tuple) else (value,)
        yield from (entry.meaning.family for entry in entries if isinstance(entry, Feature))


def _where(conditions: Iterable[Condition]) -> str:
    tests = [
        f"{test.column} is {' or '.join(str(value) for value in test.values)}"
        for test in conditions
    ]
    return f" where {' and '.join(tests)}" if tests else ""


def _words(table: dict[str, str], kind: str) -> str:
    """An operator's phrase; of one that has none yet, its name."""
    return table.get(kind, kind.replace("_", " "))
