"""Whether today's customers are still like those a champion learned about, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from features.snapshots.snapshot import Snapshot
from scoring.package import Package
from scoring.wording import counted
from training.fitting.dataset import customers_of
from training.judging.drift import ACT, WATCH, InputDrift, input_drift
from workbench.notebook import Bench

_IN_FULL = 5
"""How many inputs are told one by one."""


@dataclass(frozen=True, kw_only=True)
class Drift:
    """How far the inputs of a champion moved since it was trained.

    Parameters
    ----------
    model : str
    inputs : tuple of InputDrift
        As `training.judging.drift.input_drift` gives them.
    """

    model: str
    inputs: tuple[InputDrift, ...]

    @property
    def drifted(self) -> tuple[InputDrift, ...]:
        """Those that moved by more than chance, and far enough to be watched."""
        return tuple(each for each in self.inputs if each.has_drifted)

    @property
    def table(self) -> pd.DataFrame:
        """One row per input that drifted, the one that moved most first."""
        rows = [
            {
                "input": each.name,
                "PSI": f"{each.psi:.2f}",
                "by chance below": f"{each.by_chance:.2f}",
                "moved": each.moved,
            }
            for each in self.drifted
        ]
        columns = ["input", "PSI", "by chance below", "moved"]
        return pd.DataFrame(rows, columns=columns).set_index("input")

    @property
    def sentences(self) -> list[str]:
        """A line for each input that somebody should look at, and one for those to be watched; empty without any."""
        acute = [each for each in self.drifted if each.psi >= ACT]
        told, others = acute[:_IN_FULL], acute[_IN_FULL:]
        watched = [each for each in self.drifted if each.psi < ACT]
        said = [
            f"{self.model}: {each.name} drifted (PSI {each.psi:.2f} against training; {each.moved})."
            for each in told
        ]
        if others:
            said.append(f"{self.model}: {_named(others)} drifted as well (PSI {ACT:g} and more).")
        if watched:
            said.append(f"{self.model}: {_named(watched)} moved (PSI {WATCH:g} to {ACT:g}).")
        return said

    @property
    def summary(self) -> str:
        """One sentence for the notebook."""
        if not self.inputs:
            return "Its card does not tell how its inputs were spread: train it again, and drift is seen."
        if not self.drifted:
            return f"None of its {counted(len(self.inputs), 'input')} moved by more than chance and {WATCH:g}."
        return f"{len(self.drifted):,} of its {counted(len(self.inputs), 'input')} moved."


def find_drift(bench: Bench, snapshot: Snapshot, package: Package, frame: pd.DataFrame) -> Drift:
    """Hold the customers who are scored now against those a package was trained on.

    Parameters
    ----------
    bench : Bench
    snapshot : Snapshot
        The stream, for whom the model's label is about.
    package : Package
    frame : DataFrame
        ``customer_id`` and the package's features as of the bench's instant.

    Returns
    -------
    Drift
    """
    about = customers_of(bench.spec(package.model), snapshot, as_of=bench.cutoff)
    rows = frame[frame["customer_id"].isin(about)]
    return Drift(model=package.model, inputs=input_drift(package, rows))


def _named(inputs: Sequence[InputDrift]) -> str:
    """Name some inputs with how far each moved, all but the first few by their number."""
    named = [f"{each.name} {each.psi:.2f}" for each in inputs[:_IN_FULL]]
    if more := len(inputs) - len(named):
        named.append(f"{more} more")
    return ", ".join(named)
