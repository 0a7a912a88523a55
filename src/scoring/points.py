"""A scorecard as a table of points: so many to begin with, so many more or less by the bin of each characteristic.

A model that adds up step functions of one feature each is such a table, on the credit scale: 50 points double the
odds. Where probabilities were calibrated by a curve, or a group of customers has a calibration of its own, points are
converted by straight lines behind the sum. What the table says is the score of the package, to rounding.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.binned import Binned, Term
from scoring.calibration import Calibration
from scoring.errors import NoScorecard
from scoring.package import Package
from scoring.populations import Group
from scoring.scale import HIGHEST, LOWEST, Scale

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Bin:
    """Values of a characteristic that count alike.

    Parameters
    ----------
    at_least, below : float or None
        None where there is no bound.
    points : float
    """

    at_least: float | None
    below: float | None
    points: float

    def __str__(self) -> str:
        """Write the bounds: "3 to below 8", "below 3", "8 and more", "any"."""
        if self.at_least is None:
            return "any" if self.below is None else f"below {self.below:g}"
        if self.below is None:
            return f"{self.at_least:g} and more"
        return f"{self.at_least:g} to below {self.below:g}"


@dataclass(frozen=True, kw_only=True)
class Characteristic:
    """A feature with its bins, from the lowest up, and what a missing value counts."""

    name: str
    bins: tuple[Bin, ...]
    missing: float

    @property
    def spread(self) -> float:
        """Points between its best and its worst bin."""
        points = [each.points for each in self.bins] + [self.missing]
        return max(points) - min(points)

    def points(self, value: float) -> float:
        """Read the points of a value; NaN is missing."""
        if value != value:
            return self.missing
        return next(each.points for each in self.bins if each.below is None or value < each.below)


@dataclass(frozen=True, kw_only=True)
class Line:
    """A straight conversion of points: `times * points + plus`, from some points on (None: from the lowest)."""

    at_least: float | None
    times: float
    plus: float


@dataclass(frozen=True, kw_only=True)
class GroupLine:
    """How the points of a group of customers are converted; whom it holds, `scoring.populations.Group` says."""

    name: str
    feature: str
    above: float | None
    equals: float | None
    missing: bool
    line: Line


@dataclass(frozen=True, kw_only=True)
class PointsTable:
    """A scorecard.

    Parameters
    ----------
    label : str
        `Package.label`.
    base : float
        Points that everybody begins with.
    characteristics : tuple of Characteristic
        The one of the widest spread first.
    curve : tuple of Line
        How the sum is converted, from the lowest points up; empty where it is the score as it is.
    groups : tuple of GroupLine
        The first that holds converts what comes of that.
    """

    label: str
    base: float
    characteristics: tuple[Characteristic, ...]
    curve: tuple[Line, ...]
    groups: tuple[GroupLine, ...]

    def score(self, values: dict[str, float]) -> int:
        """Add the points of a customer up; values by feature, NaN where missing."""
        total = self.base
        for each in self.characteristics:
            total += each.points(values[each.name])
        for line in reversed(self.curve):
            if line.at_least is None or total >= line.at_least:
                total = line.times * total + line.plus
                break
        for group in self.groups:
            told = Group(
                name=group.name,
                feature=group.feature,
                above=group.above,
                equals=group.equals,
                missing=group.missing,
                note="",
            )
            if told.holds(values[group.feature]):
                total = group.line.times * total + group.line.plus
                break
        return round(min(max(total, LOWEST), HIGHEST))

    @property
    def rows(self) -> Iterator[dict[str, Any]]:
        """The table in plain rows: characteristic, at_least, below, missing, points; the base points come first."""
        empty: dict[str, Any] = {"at_least": None, "below": None, "missing": False}
        yield {"characteristic": "base points", **empty, "points": self.base}
        for each in self.characteristics:
            for part in each.bins:
                yield {"characteristic": each.name, **empty, **asdict(part)}
            yield {"characteristic": each.name, **empty, "missing": True, "points": each.missing}

    def as_dict(self) -> dict[str, Any]:
        """Give the table in JSON's own types."""
        return {**asdict(self), "lowest": LOWEST, "highest": HIGHEST}


def points_table(package: Package) -> PointsTable:
    """Read a package as a table of points.

    Parameters
    ----------
    package : Package

    Returns
    -------
    PointsTable

    Raises
    ------
    NoScorecard
        "model demo.credit/1 must add up bins of single features to be a table of points; got ..."
    """
    scale = package.scale
    if obstacle := _obstacle(package):
        raise NoScorecard(package.label, package.name, obstacle)
    assert scale is not None, "or else it is an obstacle"
    by_column: dict[int, list[Term]] = {}
    for component in package.components:
        assert isinstance(component, Binned), "or else it is an obstacle"
        times = -scale.factor * package.calibration.slope * component.weight
        for term in component.terms:
            told = replace(term, contributions=times * term.contributions)
            by_column.setdefault(term.columns[0], []).append(told)
    found = [_characteristic(package.names[column], terms) for column, terms in by_column.items()]
    return PointsTable(
        label=package.label,
        base=scale.offset - scale.factor * package.straight_base,
        characteristics=tuple(
            sorted((each for each in found if each.spread), key=lambda each: -each.spread)
        ),
        curve=_curve(package.calibration, scale),
        groups=tuple(_group(each, scale) for each in _others(package)),
    )


def is_scorecard(package: Package) -> bool:
    """Whether a package can be read as a table of points."""
    return not _obstacle(package)


def _obstacle(package: Package) -> str:
    """Say why a package is no table of points; empty where it is one."""
    if package.scale is None:
        return "a model without a credit score"
    if package.derived is not None:
        return "forecasts that it reads beside features"
    kinds = {type(component).__name__.lower() for component in package.components}
    if kinds != {"binned"}:
        words = {"trees": "boosted trees", "linear": "a linear model on logarithms"}
        return " and ".join(words[kind] for kind in sorted(kinds - {"binned"}))
    if any(
        len(term.columns) > 1
        for component in package.components
        if isinstance(component, Binned)
        for term in component.terms
    ):
        return "functions of two features together"
    return ""


def _characteristic(name: str, terms: Sequence[Term]) -> Characteristic:
    """Lay the step functions of one feature over each other."""
    cuts = sorted({float(cut) for term in terms for cut in term.cuts[0]})
    edges: list[float | None] = [None, *cuts, None]
    bins = []
    for low, high in pairwise(edges):
        points = 0.0
        for term in terms:
            place = 1 if low is None else 1 + int(np.searchsorted(term.cuts[0], low, side="right"))
            points += float(term.contributions[place])
        bins.append(Bin(at_least=low, below=high, points=points))
    missing = 0.0
    for term in terms:
        missing += float(term.contributions[0])
    return Characteristic(name=name, bins=tuple(bins), missing=missing)


def _curve(calibration: Calibration, scale: Scale) -> tuple[Line, ...]:
    """Turn a curve on the logit into lines on points; high log-odds of the bad outcome are few points."""
    if not calibration.knots:
        return ()
    knots, heights = calibration.knots, calibration.heights
    lines = [_line(knots[-1], heights[-1], 1.0, scale, at_least=None)]
    for place in range(len(knots) - 2, -1, -1):
        slope = (heights[place + 1] - heights[place]) / (knots[place + 1] - knots[place])
        lines.append(
            _line(
                knots[place],
                heights[place],
                slope,
                scale,
                at_least=_points(knots[place + 1], scale),
            )
        )
    lines.append(_line(knots[0], heights[0], 1.0, scale, at_least=_points(knots[0], scale)))
    return tuple(lines)


def _line(
    knot: float, height: float, slope: float, scale: Scale, *, at_least: float | None
) -> Line:
    """Write `height + slope * (logit - knot)` in points."""
    plus = scale.offset * (1 - slope) - scale.factor * (height - slope * knot)
    return Line(at_least=at_least, times=slope, plus=plus)


def _points(logit: float, scale: Scale) -> float:
    return scale.offset - scale.factor * logit


def _others(package: Package) -> tuple[Group, ...]:
    """Groups up to the last that has a calibration of its own; those before it keep their customers from it."""
    others = () if package.population is None else package.population.others
    last = max(
        (place for place, each in enumerate(others) if not each.calibration.is_identity), default=-1
    )
    return others[: last + 1]


def _group(group: Group, scale: Scale) -> GroupLine:
    line = group.calibration
    return GroupLine(
        name=group.name,
        feature=group.feature,
        above=group.above,
        equals=group.equals,
        missing=group.missing,
        line=_line(0.0, line.intercept, line.slope, scale, at_least=None),
    )
