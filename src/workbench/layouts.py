"""What models look at and when: a copy of the stream, and the cutoffs of each model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from commerce.records.database import writing
from commerce.records.instants import from_micros
from commerce.records.tenants import observe
from features.snapshots.snapshot import Snapshot, take_snapshot
from training.fitting.dataset import why_not_trainable
from training.fitting.schedule import Schedule, cutoffs_for
from workbench.notebook import Bench


@dataclass(frozen=True, kw_only=True)
class Layout:
    """When each model looks at the records, and which models cannot.

    Parameters
    ----------
    bench : Bench
    schedules : mapping of str to Schedule
        By model.
    skipped : mapping of str to str
        Models that these records cannot train, and why.
    """

    bench: Bench
    schedules: Mapping[str, Schedule]
    skipped: Mapping[str, str]

    @property
    def cutoffs(self) -> tuple[int, ...]:
        """Every instant at which features are needed, ascending; the last is now."""
        found = {cutoff for schedule in self.schedules.values() for cutoff in schedule.cutoffs}
        return tuple(sorted({*found, self.bench.cutoff}))

    @property
    def table(self) -> pd.DataFrame:
        """One row per model: how far it looks, when it is trained and tested, or why it is left out."""
        zone = self.bench.tenant.zone
        rows = [
            {
                "model": model,
                "horizon": f"{schedule.horizon_days} days",
                "trained at": ", ".join(
                    f"{from_micros(cutoff).astimezone(zone):%Y-%m-%d}" for cutoff in schedule.train
                ),
                "tested at": f"{from_micros(schedule.test).astimezone(zone):%Y-%m-%d}",
                "left out": "",
            }
            for model, schedule in self.schedules.items()
        ]
        left_out = [{"model": model, "left out": why} for model, why in self.skipped.items()]
        return pd.DataFrame([*rows, *left_out]).fillna("").set_index("model")

    def decision(self, headline: str) -> str:
        """Say what was built, and of each model that is left out, why.

        Parameters
        ----------
        headline : str
            What was built, without a full stop.

        Returns
        -------
        str
            Such as "2,000 customers x 19 cutoffs, ... met. credit is left out: ...", one line.
        """
        return " ".join(
            [
                f"{headline}.",
                *(f"{model} is left out: {why}" for model, why in self.skipped.items()),
            ]
        )

    @property
    def outputs(self) -> dict[str, Any]:
        """What the runner goes by: cutoffs of each model, or why it is skipped."""
        laid_out = {
            model: {"train": list(schedule.train), "test": schedule.test}
            for model, schedule in self.schedules.items()
        }
        return laid_out | {model: {"skipped": why} for model, why in self.skipped.items()}


def copy_stream(bench: Bench) -> Snapshot:
    """Copy the stream as it stands; what is computed from the copy stays true.

    That something is computed as of `bench.as_of` goes on record first: whatever arrives from then on is
    recorded behind it, so the copy holds every row that will ever count before that instant.

    Parameters
    ----------
    bench : Bench
        Whose records, as of when.

    Returns
    -------
    Snapshot
        The copy; the same one where nothing was recorded since.

    Raises
    ------
    NoEvents
        "tenant ... must have events; got none. ..."
    """
    with writing(bench.engine) as connection:
        observe(connection, bench.tenant, bench.as_of)
    return take_snapshot(bench.engine, bench.tenant, bench.settings.snapshots)


def lay_out(bench: Bench, snapshot: Snapshot, models: Sequence[str]) -> Layout:
    """Settle when each model looks at the records.

    Parameters
    ----------
    bench : Bench
        Whose records, as of when.
    snapshot : Snapshot
        The copy of its stream.
    models : sequence of str
        Names of specs: "churn", "credit".

    Returns
    -------
    Layout
        Cutoffs of each model that can be trained; of the others, why not.

    Raises
    ------
    UnknownModel
        "model must be known; got ... Did you mean ...?"
    """
    specs = [bench.spec(model) for model in models]
    reasons = {
        spec.name: why_not_trainable(bench.tenant, spec, snapshot, as_of=bench.cutoff)
        for spec in specs
    }
    schedules = {
        spec.name: cutoffs_for(
            spec,
            first_occurred=snapshot.first_occurred,
            as_of=bench.cutoff,
            zone=bench.tenant.zone,
        )
        for spec in specs
        if reasons[spec.name] is None
    }
    skipped = {model: why for model, why in reasons.items() if why is not None}
    return Layout(bench=bench, schedules=schedules, skipped=skipped)
