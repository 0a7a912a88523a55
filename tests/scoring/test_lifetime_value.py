"""What customers will pay: the same alone and among others, and never by another declaration of a feature."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.scoring.values import make_segments, make_value

from features.catalogue import CATALOGUE
from scoring.errors import InvalidPackage, InvalidValues, PackageMismatch
from scoring.files import as_kind, read_any, write_package
from scoring.lifetime_value import ValuePackage, check_inputs
from scoring.segments import SegmentPackage

ROWS = np.array(
    [[3.0, 213.0, 272.0, 6705.0], [np.nan, np.nan, np.nan, 0.0], [1.0, 0.0, 4.0, 900.0]]
)
PAST = np.array([6000.0, 0.0, -50.0])


def test_one_row_and_many_are_the_same_to_the_bit() -> None:
    package = make_value()
    together = package.expect(np.tile(ROWS, (50, 1)), np.tile(PAST, 50))
    for place in range(3):
        alone = package.expect(ROWS[place : place + 1], PAST[place : place + 1])
        for name in ("predicted", "low", "high", "orders"):
            np.testing.assert_array_equal(
                getattr(together, name)[place::3], np.tile(getattr(alone, name), 50)
            )


def test_nothing_is_predicted_of_who_never_ordered_and_something_of_who_paid_nothing() -> None:
    found = make_value().expect(ROWS, PAST)
    assert np.isnan(found.predicted).tolist() == [False, True, False]
    assert found.predicted[2] > 0
    known = ~np.isnan(found.predicted)
    assert (found.low[known] <= found.predicted[known]).all()
    assert (found.predicted[known] <= found.high[known]).all()


def test_both_kinds_are_read_back_as_they_were(tmp_path: Path) -> None:
    write_package(make_value(), tmp_path / "value")
    value = as_kind(read_any(tmp_path / "value"), ValuePackage)
    np.testing.assert_array_equal(
        value.expect(ROWS, PAST).predicted, make_value().expect(ROWS, PAST).predicted
    )
    assert (value.spread, value.formula) == (make_value().spread, make_value().formula)
    assert value.hashes == make_value().hashes
    write_package(make_segments(), tmp_path / "segments")
    back = as_kind(read_any(tmp_path / "segments"), SegmentPackage)
    assert (back.label, back.edges) == ("demo.segments/1", make_segments().edges)


def test_a_package_that_reads_features_declared_otherwise_is_refused() -> None:
    package = make_value()
    check_inputs(package, CATALOGUE)
    with pytest.raises(PackageMismatch, match=r"demo\.lifetime_value/1"):
        check_inputs(replace(package, hashes=("0" * 16, *package.hashes[1:])), CATALOGUE)


def test_packages_that_break_the_format_are_refused() -> None:
    with pytest.raises(InvalidPackage, match="a hash of each of its 4 features; got 1"):
        make_value(hashes=("0" * 16,))
    with pytest.raises(InvalidPackage, match="must be above 0; got 0"):
        replace(make_value().formula, factor=0.0)
    with pytest.raises(InvalidPackage, match=r"a power of each of expected spend, .*; got 1"):
        replace(make_value().formula, powers=(1.0,))
    with pytest.raises(InvalidPackage, match="2 lows and highs"):
        replace(make_value().spread, low=(0.0,))
    with pytest.raises(InvalidPackage, match="four rising edges of frequency"):
        make_segments(edges=replace(make_segments().edges, frequency=(4, 3, 2, 1)))
    with pytest.raises(InvalidValues, match="a value for each of 3 rows; got 1"):
        make_value().expect(ROWS, PAST[:1])
