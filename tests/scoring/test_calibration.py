"""Calibration keeps the order of customers, the sum of contributions, and the bits of a row whatever comes with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.scoring.samples import rows

from scoring.calibration import Calibration
from scoring.errors import InvalidPackage
from scoring.files import read_package, write_package
from scoring.package import Package
from scoring.parts import is_same_model
from scoring.scorer import explain

CURVE = Calibration(
    slope=0.9, intercept=0.1, knots=(-2.0, -0.5, 0.25, 1.5), heights=(-1.2, -0.9, 0.5, 3.0)
)


def test_the_line_comes_first_and_then_the_curve() -> None:
    bent = replace(CURVE, slope=1.0, intercept=0.0)
    assert bent.of(np.array([-2.0, 0.25, 1.5])).tolist() == [-1.2, 0.5, 3.0]
    assert bent.of(np.array([-1.25]))[0] == pytest.approx(-1.05)
    assert CURVE.of(np.array([0.5]))[0] == bent.of(np.array([0.9 * 0.5 + 0.1]))[0]


def test_beyond_its_knots_a_curve_goes_on_one_for_one() -> None:
    bent = replace(CURVE, slope=1.0, intercept=0.0)
    assert bent.of(np.array([-5.0, 4.5])).tolist() == pytest.approx([-4.2, 6.0])


@given(st.lists(st.floats(-30, 30), min_size=2, max_size=40))
def test_whoever_comes_before_another_still_does(logits: list[float]) -> None:
    ordered = np.sort(np.array(logits))
    assert (np.diff(CURVE.of(ordered)) >= 0).all()
    apart = np.diff(ordered) > 1e-9
    assert (np.diff(CURVE.of(ordered))[apart] > 0).all()


@pytest.mark.parametrize(
    ("knots", "heights"),
    [
        ((0.0,), (0.0,)),
        ((0.0, 1.0), (0.0,)),
        ((0.0, 0.0), (0.0, 1.0)),
        ((0.0, 1.0), (1.0, 1.0)),
        ((0.0, float("inf")), (0.0, 1.0)),
    ],
)
def test_a_curve_that_does_not_rise_is_refused(
    knots: tuple[float, ...], heights: tuple[float, ...]
) -> None:
    with pytest.raises(InvalidPackage, match="calibration must rise from knot to knot; got"):
        Calibration(knots=knots, heights=heights)


def test_contributions_still_sum_to_the_logit_and_keep_signs_and_shares(
    make_package: Callable[..., Package],
) -> None:
    values = rows(np.random.default_rng(8), 300, 5)
    package = make_package(calibration=CURVE)
    line = replace(package, calibration=replace(CURVE, knots=(), heights=()))
    straight, bent = explain(line, values), explain(package, values)
    sums = bent.base + bent.contributions.sum(axis=1)
    np.testing.assert_allclose(sums, bent.logit, atol=1e-9)
    np.testing.assert_allclose(
        bent.logit, replace(CURVE, slope=1.0, intercept=0.0).of(straight.logit), atol=1e-9
    )
    assert (np.sign(bent.contributions) == np.sign(straight.contributions)).all()
    ways = np.abs(straight.contributions).sum(axis=1, keepdims=True)
    shares = np.abs(bent.contributions) / np.abs(bent.contributions).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(shares, np.abs(straight.contributions) / ways, atol=1e-12)


def test_one_row_and_many_give_the_same_bits_on_a_curve(
    make_package: Callable[..., Package],
) -> None:
    package, values = make_package(calibration=CURVE), rows(np.random.default_rng(9), 200, 5)
    together = explain(package, values)
    for row in range(len(values)):
        alone = explain(package, values[row : row + 1])
        assert alone.logit[0].tobytes() == together.logit[row].tobytes()
        assert alone.contributions[0].tobytes() == together.contributions[row].tobytes()


def test_a_row_at_the_base_is_stretched_as_the_curve_is_there() -> None:
    bent = replace(CURVE, slope=1.0, intercept=0.0)
    stretch = bent.stretch(np.array([0.0, 1e-12, 0.1]), 0.0)
    slope = (0.5 - -0.9) / (0.25 - -0.5)
    assert stretch.tolist() == pytest.approx([slope] * 3, rel=1e-5)
    assert Calibration().stretch(np.array([1.0]), 0.0).tolist() == [1.0]


def test_a_curve_is_kept_on_disk_to_the_bit(
    make_package: Callable[..., Package], tmp_path: Path
) -> None:
    package = make_package(calibration=CURVE)
    write_package(package, tmp_path)
    kept = read_package(tmp_path)
    assert kept.calibration == CURVE
    assert kept.base == package.base
    assert is_same_model(kept, package)
    assert not is_same_model(kept, replace(package, calibration=Calibration()))


def test_the_identity_is_known_as_such() -> None:
    assert Calibration().is_identity
    assert not CURVE.is_identity
    assert not Calibration(intercept=0.1).is_identity
