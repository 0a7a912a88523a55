"""The truth file: each customer's latent traits, kept apart from the records for ever.

A CSV, one row per customer, written anew as a whole; the same options give the same bytes. Days count from
the shop's opening; an empty lapse means that the customer still is one.
"""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path

from simulation.population import Person

COLUMNS = (
    "customer", "joined_day", "channel", "country", "rate", "regularity", "hazard", "sensitivity",
    "spend", "taste", "wholesale", "discipline", "liquidity", "remoteness", "sends_back",
    "squeezes", "first_lapse_day", "last_lapse_day",
)  # fmt: skip


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
        """Note what a customer really was like."""
        traits, lapse = person.traits, person.lapse
        spells = " ".join(f"{start:.2f}-{stop:.2f}" for start, stop in traits.squeezes)
        self._rows.writerow(
            (
                person.diary.customer, f"{traits.joined:.4f}", traits.channel, traits.country,
                f"{traits.rate:.9f}", f"{traits.regularity:.6f}", f"{traits.hazard:.9f}",
                f"{traits.sensitivity:.6f}", f"{traits.spend:.6f}", f"{traits.taste:.6f}",
                int(traits.wholesale), f"{traits.discipline:.6f}", f"{traits.liquidity:.6f}",
                f"{traits.remoteness:.6f}", f"{traits.sends_back:.6f}", spells,
                _day(lapse.first), _day(lapse.last),
            )
        )  # fmt: skip

    def write(self, path: Path) -> None:
        """Replace the file at a path, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".draft")
        draft.write_text(self._text.getvalue(), encoding="utf-8", newline="\n")
        draft.replace(path)


def _day(day: float) -> str:
    return "" if math.isinf(day) else f"{day:.4f}"
