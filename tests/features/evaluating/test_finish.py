"""One arithmetic for one row and for a million: block after block gives the bits of row after row."""

from __future__ import annotations

import numpy as np
import pytest
from tests.features.streams import EVERYTHING

from features.errors import PartialTooLarge
from features.evaluating.finish import LIMIT, finish

ROWS = 2_500


def some_partials(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Partial aggregates with many zeros, and some missing."""
    chance = np.random.default_rng(seed)
    shape = (ROWS, len(EVERYTHING.partials))
    partials = np.where(chance.random(shape) < 0.3, 0, chance.integers(0, 10**6, shape))
    return partials, chance.random(shape) < 0.2


def test_many_rows_at_once_give_the_bits_of_each_alone() -> None:
    partials, missing = some_partials(1)
    whole = finish(EVERYTHING, partials, missing)
    for row in (0, 1, 1_023, 1_024, 1_025, ROWS - 1):
        alone = finish(EVERYTHING, partials[[row]], missing[[row]])[0]
        same = (alone.view(np.int64) == whole[row].copy().view(np.int64)) | (
            np.isnan(alone) & np.isnan(whole[row])
        )
        assert same.all()


@pytest.mark.parametrize("order", ["C", "F"])
def test_values_go_where_they_are_asked_to_go_however_partial_aggregates_lie(order: str) -> None:
    partials, missing = some_partials(2)
    room = np.full((ROWS + 2, len(EVERYTHING)), -1.0)
    given = np.array(partials, order=order), np.array(missing, order=order)  # type: ignore[call-overload]
    finish(EVERYTHING, *given, out=room[1:-1])
    assert np.array_equal(room[1:-1], finish(EVERYTHING, partials, missing), equal_nan=True)
    assert (room[[0, -1]] == -1).all()


def test_a_state_too_large_is_named_wherever_it_lies() -> None:
    partials, missing = some_partials(3)
    partials[2_000, 7], missing[2_000, 7] = LIMIT, False
    with pytest.raises(PartialTooLarge, match="2\\^53"):
        finish(EVERYTHING, partials, missing)
    missing[2_000, 7] = True
    finish(EVERYTHING, partials, missing)
