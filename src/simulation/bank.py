"""Customers of a bank that never was, one row each: who they are, what they hold, and whether they left.

What they do follows from what is on record and from a taste of their own that is not, so that a model can learn much
of it and never all. The shares are of the size that retail banks see; no real customer is in it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from math import exp
from pathlib import Path
from random import Random
from typing import NamedTuple, TypeVar

from simulation.rng import seeded_rng
from tabular.files import replace_text

Value = TypeVar("Value")

TASTE = 0.5
"""Standard deviation, in log-odds, of what moves a customer and is on no record."""

_GEOGRAPHIES = (("France", 0.50), ("Germany", 0.25), ("Spain", 0.25))
_PRODUCTS = ((1, 0.51), (2, 0.46), (3, 0.026), (4, 0.004))
_AT_EASE = 37.0
"""Years of age up to which leaving hardly depends on age."""


class BankCustomer(NamedTuple):
    """One row of the table."""

    customer_id: int
    credit_score: int
    geography: str
    gender: str
    age: int
    tenure: int
    balance: float
    num_of_products: int
    has_cr_card: int
    is_active_member: int
    exited: int


def bank_customers(customers: int, *, seed: int = 7) -> Iterator[BankCustomer]:
    """Make customers, one after the other.

    Parameters
    ----------
    customers : int, >= 0
    seed : int, default 7
        The same seed and number give the same customer.

    Yields
    ------
    BankCustomer

    Examples
    --------
    >>> rows = list(bank_customers(4_000))
    >>> 0.15 < sum(row.exited for row in rows) / len(rows) < 0.25
    True
    >>> next(bank_customers(1)) == rows[0]
    True
    """
    for number in range(1, customers + 1):
        yield _customer(seeded_rng(seed, "bank", number), number)


def write_bank_table(path: Path, customers: int, *, seed: int = 7) -> Path:
    """Write customers as a CSV with a header, whole or not at all.

    Parameters
    ----------
    path : Path
        Its folder is made if need be; a file that is there is replaced.
    customers : int
    seed : int, default 7

    Returns
    -------
    Path
        As given.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(BankCustomer._fields)
    writer.writerows(bank_customers(customers, seed=seed))
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_text(path, text.getvalue())
    return path


def _customer(rng: Random, number: int) -> BankCustomer:
    geography = _drawn(rng, _GEOGRAPHIES)
    age = min(92, max(18, round(rng.lognormvariate(3.63, 0.26))))
    products = _drawn(rng, _PRODUCTS)
    empty = rng.random() < (0.08 if geography == "Germany" else 0.55 if products == 2 else 0.3)
    balance = 0.0 if empty else round(max(3_000.0, rng.gauss(119_800.0, 30_000.0)), 2)
    score = min(850, max(350, round(rng.gauss(651, 96))))
    active = int(rng.random() < 0.52)
    female = rng.random() < 0.455
    risk = (
        -3.05
        + 0.13 * max(0.0, min(age, 58) - _AT_EASE)
        - 0.06 * max(0, age - 58)
        - 1.25 * active
        + 0.55 * female
        + (0.95 if geography == "Germany" else 0.0)
        + {1: 1.2, 2: 0.0, 3: 3.6, 4: 5.0}[products]
        + (0.25 if balance > 0 else 0.0)
        - 0.0012 * (score - 650)
        + rng.gauss(0.0, TASTE)
    )
    return BankCustomer(
        customer_id=number,
        credit_score=score,
        geography=geography,
        gender="Female" if female else "Male",
        age=age,
        tenure=rng.randint(0, 10),
        balance=balance,
        num_of_products=products,
        has_cr_card=int(rng.random() < 0.705),
        is_active_member=active,
        exited=int(rng.random() < 1.0 / (1.0 + exp(-risk))),
    )


def _drawn(rng: Random, shares: tuple[tuple[Value, float], ...]) -> Value:
    """Draw one of several by their shares."""
    place = rng.random() * sum(share for _, share in shares)
    for value, share in shares:
        place -= share
        if place < 0:
            return value
    return shares[-1][0]
