"""The truth file: each customer's latent traits, kept apart from the records for ever.

A CSV, one row per customer, written anew as a whole; the same options give the same bytes. Days count from
the shop's opening; an empty lapse means that the customer still is one.
"""

from __future__ import annotations

import csv
import io
import math
from dataclasses import fields
from pathlib import Path

from simulation.population import Person
from simulation.traits import Traits
from tabular.files import replace_text

_LATENT = tuple(field.name for field in fields(Traits))
COLUMNS = ("customer", *_LATENT, "first_lapse_day", "last_lapse_day")


class TruthFile:
    """Collects the traits of customers and writes them in one go.

    Examples
    --------
    >>> COLUMNS[0], COLUMNS[-1]
    ('customer', 'last_lapse_day')
    """

    def __init__(self) -> None:
        self._text = io.StringIO(newline="")
        self._rows = csv.writer(self._text, lineterminator="\n")
        self._rows.writerow(COLUMNS)

    def add(self, person: Person) -> None:
        """Take what a customer really was like."""
        latent = (getattr(person.shopper.traits, name) for name in _LATENT)
        lapses = (person.lapse.first, person.lapse.last)
        self._rows.writerow(map(_text, (person.shopper.event_log.name, *latent, *lapses)))

    def write(self, path: Path) -> None:
        """Replace the file at a path, whole or not at all."""
        replace_text(path, self._text.getvalue(), private=True)


def _text(value: object) -> str:
    """Write numbers so that they can be told apart, spells as ``from:to``, and never as nothing."""
    if isinstance(value, tuple):
        return " ".join(
            ":".join(map(_text, each)) if isinstance(each, tuple) else _text(each) for each in value
        )
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return "" if math.isinf(value) else f"{value:.9g}"
    return str(value)
