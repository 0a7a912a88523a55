"""Who belongs to a model's population, and what the others are."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.calibration import Calibration, sigmoid
from scoring.populations import EVERYONE, Group, Population

ACTIVE = Population(
    name="active",
    description="customers who ordered within 100 days",
    others=(
        Group(name="new", feature="silence", missing=True, note="Never ordered."),
        Group(
            name="lapsed",
            feature="silence",
            above=100,
            note="Long silent.",
            returns=True,
            calibration=Calibration(slope=0.5, intercept=1.0),
        ),
        Group(name="in debt", feature="debts", equals=1, note="Owes."),
    ),
)


@pytest.mark.parametrize(
    ("silence", "debts", "name"),
    [
        (10.0, 0.0, None),
        (100.0, 0.0, None),
        (100.5, 1.0, "lapsed"),
        (np.nan, 1.0, "new"),
        (3.0, 1.0, "in debt"),
    ],
)
def test_the_first_group_that_holds_is_a_customers(
    silence: float, debts: float, name: str | None
) -> None:
    group = ACTIVE.group_of({"silence": silence, "debts": debts})
    assert (None if group is None else group.name) == name


def test_rows_are_marked_as_customers_are_grouped_one_by_one() -> None:
    silence, debts = (
        np.array([10.0, 101.0, np.nan, 100.0, 5.0]),
        np.array([0.0, 0.0, 0.0, 0.0, 1.0]),
    )
    inside = ACTIVE.within({"silence": silence, "debts": debts})
    assert inside.tolist() == [True, False, False, True, False]
    assert EVERYONE.within({"silence": silence}).all()


def test_many_customers_are_grouped_as_one_is() -> None:
    values = [0.0, 1.0, 100.0, 100.5, np.nan]
    silence, debts = (column.ravel() for column in np.meshgrid(values, values))
    one_by_one = [
        ACTIVE.group_of({"silence": one, "debts": other})
        for one, other in zip(silence.tolist(), debts.tolist(), strict=True)
    ]
    assert ACTIVE.groups_of({"silence": silence, "debts": debts}, len(silence)) == one_by_one
    assert EVERYONE.groups_of({}, 3) == [None, None, None]


def test_a_group_has_a_calibration_of_its_own() -> None:
    assert ACTIVE.others[1].probability(2.0) == sigmoid(0.5 * 2.0 + 1.0)
    assert ACTIVE.others[0].probability(2.0) == sigmoid(2.0)
