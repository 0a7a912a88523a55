"""Whether groups of customers get what they wish for about as often as each other.

The groups are by what is on record of customers that a decision should not turn on. Counting is fairlearn's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.evaluating.attributes import protected_attributes
from training.fitting.dataset import Dataset

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

LEAST_CUSTOMERS = 50
"""Below which a group is shown, and not held against others: its share is mostly chance."""

LEAST_RATIO = 0.8
"""How often, at least, a group should be favoured for once that the most favoured group is."""

AGES = (25, 35, 50, 65)
"""Where one age group ends and the next begins, in years."""

UNKNOWN = "not on record"


@dataclass(frozen=True, kw_only=True)
class GroupFigures:
    """One group of customers of an attribute."""

    attribute: str
    group: str
    customers: int
    favoured: float
    """Share of them who get what customers wish for."""
    observed: float
    """Share of the outcome."""
    is_compared: bool
    """Whether it is known and large enough to be held against the others."""


@dataclass(frozen=True, kw_only=True)
class Fairness:
    """How often the groups of each attribute are favoured; no group where nothing is on record.

    Parameters
    ----------
    favours : str or None
        The action customers wish for, "approve".
    groups : tuple of GroupFigures
    """

    favours: str | None
    groups: tuple[GroupFigures, ...]

    @property
    def ratios(self) -> Mapping[str, float]:
        """Selection ratio of each attribute: the least favoured group's share to the most favoured's, in [0, 1]."""
        found: dict[str, float] = {}
        for attribute in dict.fromkeys(each.attribute for each in self.groups):
            shares = [each.favoured for each in self.compared(attribute)]
            if len(shares) > 1:
                found[attribute] = min(shares) / max(shares) if max(shares) > 0 else 1.0
        return found

    def compared(self, attribute: str) -> Sequence[GroupFigures]:
        """Give the groups of an attribute that are held against each other, the least favoured first."""
        large = [each for each in self.groups if each.attribute == attribute and each.is_compared]
        return sorted(large, key=lambda each: each.favoured)

    @property
    def table(self) -> pd.DataFrame:
        """One row per group: customers, share favoured, share of the outcome, and whether it is compared."""
        rows = [
            {
                "attribute": each.attribute,
                "group": each.group,
                "customers": each.customers,
                self.favours or "favoured": f"{each.favoured:.1%}",
                "outcome": f"{each.observed:.1%}",
                "compared": "yes" if each.is_compared else "no",
            }
            for each in self.groups
        ]
        columns = ["attribute", "group", "customers", self.favours or "favoured", "outcome"]
        table = pd.DataFrame(rows, columns=[*columns, "compared"])
        return table.set_index(["attribute", "group"])


def measure_fairness(
    groups: Mapping[str, Sequence[str]], labels: Integers, favoured: Flags, *, favours: str | None
) -> Fairness:
    """Count how often each group is favoured.

    Parameters
    ----------
    groups : mapping of str to sequence of str
        The group of each row, by attribute.
    labels : int array of shape (n_rows,), 0 or 1
    favoured : bool array of shape (n_rows,)
        Who gets what customers wish for.
    favours : str or None
        What that is; None where there is no such thing, and nothing to count.
    """
    if favours is None or not len(labels):
        return Fairness(favours=favours, groups=())
    from fairlearn.metrics import MetricFrame, count, selection_rate

    found: list[GroupFigures] = []
    for attribute, of_rows in groups.items():
        frame = MetricFrame(
            metrics={"customers": count, "favoured": selection_rate},
            y_true=labels,
            y_pred=favoured.astype(np.int64),
            sensitive_features=pd.Series(list(of_rows), dtype="str", name=attribute),
        ).by_group
        outcome = pd.Series(labels).groupby(np.asarray(of_rows, dtype=str)).mean()
        found += [
            GroupFigures(
                attribute=attribute,
                group=str(group),
                customers=int(row["customers"]),
                favoured=float(row["favoured"]),
                observed=float(outcome[group]),
                is_compared=group != UNKNOWN and bool(row["customers"] >= LEAST_CUSTOMERS),
            )
            for group, row in frame.sort_values("customers", ascending=False).iterrows()
        ]
    return Fairness(favours=favours, groups=tuple(found))


def groups_of(dataset: Dataset, customer_ids: Sequence[str]) -> dict[str, list[str]]:
    """Read the group of each customer by every attribute on record before the test cutoff.

    Parameters
    ----------
    dataset : Dataset
    customer_ids : sequence of str

    Returns
    -------
    dict of str to list of str
        By attribute; `UNKNOWN` where a customer has no value.
    """
    if not dataset.snapshot.files:
        return {}
    recorded = protected_attributes(dataset.snapshot, before=dataset.schedule.test)
    return {
        attribute: [
            age_group(int(values[customer]))
            if attribute == "age" and customer in values
            else str(values.get(customer, UNKNOWN))
            for customer in customer_ids
        ]
        for attribute, values in recorded.items()
    }


def age_group(years: int) -> str:
    """Name the group of an age.

    Examples
    --------
    >>> [age_group(years) for years in (18, 25, 64, 65)]
    ['below 25', '25 to 34', '50 to 64', '65 and above']
    """
    if years < AGES[0]:
        return f"below {AGES[0]}"
    for begins, ends in pairwise(AGES):
        if years < ends:
            return f"{begins} to {ends - 1}"
    return f"{AGES[-1]} and above"
