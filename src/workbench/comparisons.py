"""Two versions of a model held against each other, on the same rows where both can be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from features.catalogue import CATALOGUE
from features.frames import LABEL, training_frame
from features.snapshots.snapshot import Snapshot
from scoring.errors import PackageMismatch
from scoring.package import Package, check_outputs
from scoring.scorer import score
from training.fitting.schedule import cutoffs_for
from training.judging.evaluation import measure, paired_differences
from workbench.notebook import Bench
from workbench.reviews import learned_until

FIGURES = ("auc", "brier", "ece", "slope")


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What a comparison came to.

    Parameters
    ----------
    one, other : str
        Labels.
    figures : mapping of str to mapping of str to float
        By label: on the same rows, or where there are none, each from its own card.
    difference : mapping of str to float
        Of the first to the second, as `training.judging.evaluation.paired_differences`; empty without same rows.
    rows : int
        Customers that both were asked about; 0 without same rows.
    cutoff : int or None
        Epoch microseconds.
    notes : tuple of str
        Why they were not asked about the same rows, or what else must be known.
    """

    one: str
    other: str
    figures: Mapping[str, Mapping[str, float]]
    difference: Mapping[str, float]
    rows: int
    cutoff: int | None
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The comparison in JSON's own types."""
        return asdict(self)


def why_not_comparable(one: Package, other: Package) -> str:
    """Say why two versions cannot be asked about the same rows; empty where they can."""
    if one.name != other.name:
        return f"{one.label} and {other.label} are versions of different models"
    if one.fields is not None or other.fields is not None:
        return "of rows of a table it is not known which ones each has learned from"
    for package in (one, other):
        try:
            check_outputs(package, CATALOGUE)
        except PackageMismatch as mismatch:
            return str(mismatch)
    asked = [
        (each.card.get("label", {}).get("version"), each.trained_on.get("horizon_days"))
        for each in (one, other)
    ]
    if asked[0] != asked[1]:
        return (
            f"{one.label} and {other.label} answer different questions: label version and days ahead are"
            f" {asked[0]} and {asked[1]}"
        )
    return ""


def compare(bench: Bench, snapshot: Snapshot, one: Package, other: Package) -> Comparison:
    """Hold two versions against each other at the latest cutoff whose outcomes are known.

    Parameters
    ----------
    bench : Bench
    snapshot : Snapshot
        The copy of the tenant's stream.
    one, other : Package

    Returns
    -------
    Comparison
    """
    why = why_not_comparable(one, other)
    if why:
        return by_cards(one, other, why)
    spec = bench.spec(one.model)
    schedule = cutoffs_for(
        spec, first_occurred=snapshot.first_occurred, as_of=bench.cutoff, zone=bench.tenant.zone
    )
    rows = training_frame(
        snapshot,
        [schedule.test],
        spec.label,
        list(dict.fromkeys([*one.names, *other.names])),
        horizon_days=spec.horizon_days,
        known_before=bench.cutoff,
        keep_constant=True,
    )
    for package in (one, other):
        if package.population is not None and package.population.others:
            told_by = {
                group.feature: rows[group.feature].to_numpy(float)
                for group in package.population.others
            }
            rows = rows[package.population.within(told_by)].reset_index(drop=True)
    labels = rows[LABEL].to_numpy(dtype=np.int64)
    said = {
        each.label: score(each, rows[list(each.names)].to_numpy(float)).probability
        for each in (one, other)
    }
    return Comparison(
        one=one.label,
        other=other.label,
        figures={
            label: {name: float(getattr(measure(labels, told), name)) for name in FIGURES}
            for label, told in said.items()
        },
        difference=dict(paired_differences(labels, said[one.label], said[other.label])),
        rows=len(rows),
        cutoff=schedule.test,
        notes=tuple(
            f"{each.label} learned from what came after this cutoff: its figures are not out of time"
            for each in (one, other)
            if learned_until(each) > schedule.test
        ),
    )


def by_cards(one: Package, other: Package, why: str) -> Comparison:
    """Hold the figures of two cards against each other, and say why there are no others."""
    cards = {
        each.label: {
            name: float(each.card["out_of_time"][name])
            for name in FIGURES
            if name in each.card.get("out_of_time", {})
        }
        for each in (one, other)
    }
    return Comparison(
        one=one.label,
        other=other.label,
        figures=cards,
        difference={},
        rows=0,
        cutoff=None,
        notes=(f"not on the same rows: {why}",),
    )
