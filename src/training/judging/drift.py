"""What moved since a model was trained: inputs that drifted, and figures that do not keep what its card promised.

The card keeps how each input was spread over the customers the model learned about, and over those it was tested on.
Later customers are held against that by the population stability index, which the trade reads as .1, watch, and .25,
act. Of few customers it is large by chance alone: with n before and m now it is (1/n + 1/m) times a chi-square value
with one degree of freedom less than there are places (Yurdakul and Naranjo 2020). Only what exceeds that has drifted.
And what had moved as far when the model was tested is no news, as its figures are about such customers: in a young shop
everybody is a customer for longer with every month.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from math import hypot
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import chi2

from features.comparing.distributions import Spread, index_between, spread
from scoring.contents.binary import read_population
from scoring.package import Package
from scoring.parts import read_by_components
from scoring.wording import write_value
from training.fitting.dataset import Dataset
from training.judging.evaluation import Figures
from training.judging.standards import is_calibrated

WATCH, ACT = 0.1, 0.25
"""Population stability indices from which an input moved, and from which somebody should look."""

CERTAINTY = 0.95
"""How surely no input of a shop that stays as it is is said to have drifted, all inputs together."""


@dataclass(frozen=True, kw_only=True)
class InputDrift:
    """How far one input moved."""

    name: str
    psi: float
    """Population stability index, now against training."""
    by_chance: float
    """What it stays below by chance where nothing moved, with as many customers and inputs."""
    since_tested: float
    """Population stability index, now against those the model was tested on; 0 where chance explains it."""
    moved: str
    """How, in words: "median 24 days -> 61 days"."""

    @property
    def has_drifted(self) -> bool:
        """Whether it moved by more than chance, and far enough to be watched, since the model was tested, too."""
        return self.psi > self.by_chance and min(self.psi, self.since_tested) >= WATCH


def spreads_of_training(dataset: Dataset, package: Package) -> dict[str, Any]:
    """Tell how the inputs of a model are spread over the customers it learned about, for its card.

    Returns
    -------
    dict
        In JSON's own types: the population, how many customers, and of each input that the fitted model reads the
        median, deciles and counts of training rows, and counts of test rows between these deciles.
    """
    rows, tested = dataset.asked(dataset.train), dataset.asked(dataset.test)
    spreads: dict[str, Any] = {}
    for name in read_by_components(package):
        values = _values(rows, name)
        found = spread(values)
        later = spread(_values(tested, name), found.cuts)
        spreads[name] = {"median": _median(values), **asdict(found), "tested": later.counts}
    return {
        "population": asdict(dataset.population),
        "customers": int(rows["customer_id"].nunique()),
        "spreads": spreads,
    }


def input_drift(package: Package, frame: pd.DataFrame) -> tuple[InputDrift, ...]:
    """Hold the inputs of customers against those a package was trained on.

    Parameters
    ----------
    package : Package
    frame : DataFrame
        The package's features of customers of the label; those outside its population do not count.

    Returns
    -------
    tuple of InputDrift
        One per input, the one that moved most first; empty where the card of before kept no spreads, or nobody is
        there.
    """
    kept = package.card.get("inputs", {})
    population = read_population(kept.get("population"))
    if population is None:
        return ()
    columns = {group.feature: _values(frame, group.feature) for group in population.others}
    rows = frame[population.within(columns)] if columns else frame
    if not len(rows):
        return ()
    units = {output.name: output.unit for output in package.outputs}
    found = []
    for name, was in kept["spreads"].items():
        values = _values(rows, name)
        before, tested = (Spread(tuple(was["cuts"]), tuple(was[of])) for of in ("counts", "tested"))
        now = spread(values, before.cuts)
        since = index_between(tested, now)
        explained = _by_chance(tested, sum(tested.counts), len(rows), len(kept["spreads"]))
        found.append(
            InputDrift(
                name=name,
                psi=index_between(before, now),
                by_chance=_by_chance(before, kept["customers"], len(rows), len(kept["spreads"])),
                since_tested=since if since > explained else 0.0,
                moved=_moved(
                    before,
                    now,
                    (was["median"], _median(values)),
                    partial(write_value, unit=units[name], currency=package.currency),
                ),
            )
        )
    return tuple(sorted(found, key=lambda each: -each.psi))


def broken_promises(figures: Figures, card: Mapping[str, Any]) -> tuple[str, ...]:
    """Say which figures on matured outcomes lie outside of what a card promised.

    Parameters
    ----------
    figures : Figures
        On outcomes later than those the package was tested on.
    card : mapping
        The package's.

    Returns
    -------
    tuple of str
        A sentence each, without a full stop. The AUC is promised within the interval that two groups of these sizes are
        apart by chance; that probabilities may be taken at their word is promised where the gate passed.
    """
    said = []
    promised = card.get("out_of_time", {})
    if {"auc_low", "auc_high"} <= promised.keys():
        room = hypot(
            (promised["auc_high"] - promised["auc_low"]) / 2,
            (figures.auc_high - figures.auc_low) / 2,
        )
        low, high = promised["auc"] - room, min(1.0, promised["auc"] + room)
        if not low <= figures.auc <= high:
            said.append(
                f"AUC {figures.auc:.3f} on {figures.rows:,} customers whose outcomes are known by now, out of the"
                f" {low:.3f} to {high:.3f} that its card promises"
            )
    gates = {gate["name"]: gate for gate in card.get("gates", ())}
    calibrated = is_calibrated(figures)
    if gates.get("calibration", {}).get("passed") and calibrated.passed is False:
        said.append(f"probabilities may no longer be taken at their word: {calibrated.text}")
    return tuple(said)


def _by_chance(before: Spread, customers: int, now: int, inputs: int) -> float:
    """Give what the index stays below by chance, in none of all inputs, with the certainty that is asked for."""
    places = sum(count > 0 for count in before.counts)
    quantile = float(chi2.ppf(1 - (1 - CERTAINTY) / inputs, max(places - 1, 1)))
    return quantile * (1 / max(customers, 1) + 1 / now)


def _moved(
    before: Spread,
    now: Spread,
    medians: tuple[float | None, float | None],
    written: Callable[[float], str],
) -> str:
    """Say how a spread moved: by its median, or where that reads the same by the place whose share moved most."""
    told = [None if median is None else written(median) for median in medians]
    if None not in told and told[0] != told[1]:
        return f"median {told[0]} -> {told[1]}"
    old, new = (np.array(each.counts) / max(sum(each.counts), 1) for each in (before, now))
    place, cuts = int(np.argmax(np.abs(new - old))), [written(cut) for cut in before.cuts]
    if place == len(cuts) + 1:
        where = "without a value"
    elif not cuts:
        where = "with a value"
    elif place == 0:
        where = f"at {cuts[0]} or less"
    else:
        where = f"above {cuts[place - 1]}" + (f" up to {cuts[place]}" if place < len(cuts) else "")
    return f"{old[place]:.0%} -> {new[place]:.0%} of customers {where}"


def _values(rows: pd.DataFrame, name: str) -> NDArray[np.float64]:
    return rows[name].to_numpy(dtype=np.float64)


def _median(values: NDArray[np.float64]) -> float | None:
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else None
