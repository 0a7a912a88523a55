"""The sentence of each feature: what a person is told when it raises the risk.

A template holds {value} (the customer's), {reference} (what is usual among the shop's customers), {compared} (the
clause that holds the one against the other, {compared:ago} with a word behind the latter) or the name of another
feature of the package; of alternatives separated by " | " the first whose values are all known, whose tests in
brackets hold, and whose comparison speaks for the risk (`expected_sign`) is told. "-> name" tells it as another
feature. Where no alternative is left, the feature is no reason. No sentence states more than these values prove,
which is why a package also has the features that its sentences name. A feature without an entry of its own is told
by its description.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from features.wording import title
from scoring.templates import mentioned
from scoring.wording import ELAPSED_DAYS, ELAPSED_HOURS, clock_unit
from training.publishing.reason_templates import TEMPLATES
from training.specs.concepts import WITH_VALUE, names_of, part_window

if TYPE_CHECKING:
    from features.declaring.declaration import Catalogue, Output

_WEEKEND = datetime(2024, 1, 6, tzinfo=UTC), datetime(2024, 1, 8, tzinfo=UTC)
_NIGHT = datetime(2024, 1, 6, 22, tzinfo=UTC), datetime(2024, 1, 7, 6, tzinfo=UTC)
"""`_WEEKEND`, `_NIGHT`: as features count them, from and to."""
_MIDDLE = timedelta(minutes=30)
"""Where in its hour an order is expected."""
_NEAR_MIDNIGHT = timedelta(hours=-1), timedelta(hours=7)
"""Where midnight in UTC is night in the shop, few orders lie on either side of it, and their mean hour is one."""
_ON_AVERAGE = "Orders{within} came around {value} on average{compared}."
_OTHER_HOURS = "Orders{within} came at other hours than usual among {customers}."
_KNOWN = "of whom it is known"
_COMPARED = re.compile(r"\{compared:?([a-z ]*)\}")
_WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def template_for(
    output: Output, *, offset: timedelta = timedelta(), some_missing: bool = False
) -> tuple[str, str]:
    """Give the two templates of a feature.

    Parameters
    ----------
    output : Output
    offset : timedelta
        What the shop's clock is ahead of UTC, in which features count hours and weekdays.
    some_missing : bool
        Whether some customers have no value, so that what is usual is so among the others.

    Returns
    -------
    tuple of str
        The sentence, and the one where the customer has no value.
    """
    stem, days = part_window(output.name)
    within = f" in the last {days} days" if days else ""
    told, missing = next(
        (TEMPLATES[name] for name in (output.name, stem) if name in TEMPLATES),
        _described(output),
    )
    customers = "the shop's customers"
    if some_missing:
        known = next((WITH_VALUE[name] for name in names_of(output) if name in WITH_VALUE), _KNOWN)
        customers += f" {known}"
    hours = _ON_AVERAGE if _NEAR_MIDNIGHT[0] <= offset <= _NEAR_MIDNIGHT[1] else _OTHER_HOURS
    told = _COMPARED.sub(r"{compared:\1/among {customers}}", told.replace("{hours}", hours))
    words = {
        "{customers}": customers,
        "{within}": within,
        "{window}": f"_{days}d" if days else "",
        "{weekend}": "at the weekend (from {} to {})".format(
            *(_day_and_time(at + offset) for at in _WEEKEND)
        ),
        "{night}": "from {:%H:%M} to {:%H:%M}".format(*(at + offset for at in _NIGHT)),
    }
    for word, meant in words.items():
        told, missing = told.replace(word, meant), missing.replace(word, meant)
    return told, missing


def is_named(output: Output, names: Container[str]) -> bool:
    """Whether a feature, or its concept, is among names."""
    return any(name in names for name in names_of(output))


def unit_for(output: Output, offset: timedelta = timedelta()) -> str:
    """Give the unit that a feature's values are written in; hours of the day are those of the shop's clock."""
    if tells_time(output):
        return clock_unit(offset + _MIDDLE)
    if output.unit == "days" and output.dtype == "int":
        return "days"  # counted
    return {"hours": ELAPSED_HOURS, "days": ELAPSED_DAYS}.get(output.unit, output.unit)


def tells_time(output: Output) -> bool:
    """Say whether a feature's values are hours of the day."""
    column = output.partials[0].source.column if output.partials else None
    return output.unit == "hours" and column == "hour_of_day"


def companions(names: Iterable[str], catalogue: Catalogue) -> tuple[str, ...]:
    """Name the features that the sentences of others read, at any depth, and which are not among them."""
    own = list(names)
    waiting, found = list(own), dict.fromkeys(own)
    while waiting:
        for text in template_for(catalogue[waiting.pop()]):
            for name in mentioned(text):
                if name not in found and name in catalogue:
                    found[name] = None
                    waiting.append(name)
    return tuple(found)[len(set(own)) :]


def clock_offset(zone: ZoneInfo, at: datetime) -> timedelta:
    """Say by how much a zone's clock was ahead of UTC for most of the year before an instant."""
    offsets = [(at - timedelta(days=days)).astimezone(zone).utcoffset() for days in range(365)]
    return max(offsets, key=offsets.count) or timedelta()


def _described(output: Output) -> tuple[str, str]:
    """Tell a feature by its description; a band as what it bands."""
    if output.kind == "threshold":
        return f"-> {output.inputs[0]}", f"-> {output.inputs[0]}"
    subject = title(output)
    return f"{subject}: {{value}}{{compared}}.", ""


def _day_and_time(moment: datetime) -> str:
    return f"{_WEEKDAYS[moment.weekday()]} {moment:%H:%M}"
