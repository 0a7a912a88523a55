"""The profile of a tenant's features: from the tables built last, or evaluated where there are none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import pandas as pd

from commerce.records.instants import DAY, from_micros
from features.catalogue import CATALOGUE
from features.comparing.profile import Profile, profile, write_profile
from features.declaring.compilation import Catalogue
from features.errors import SnapshotNotFound
from features.evaluating.duckdb_evaluator import label_table
from features.frames import feature_frame, read_features
from features.snapshots.snapshot import Snapshot, recorded_types, take_snapshot
from training.specs import SPECS
from workbench.layouts import Layout, lay_out
from workbench.notebook import Bench

_KEYS = ["customer_id", "cutoff"]
_BACK = (180, 120, 60)
"""Days before now at which a shop is looked at that no model can be trained on."""


def make_profile(
    bench: Bench, models: Sequence[str] = tuple(SPECS), *, catalogue: Catalogue = CATALOGUE
) -> Profile:
    """Profile a tenant's features at every cutoff of its models, and keep the profile.

    Each feature is held against the outcome of each model at that model's test cutoff, the last one whose
    outcomes are known.

    Parameters
    ----------
    models : sequence of str
        All by default; one that these records cannot train is left out.
    """
    snapshot = take_snapshot(bench.engine, bench.tenant, bench.settings.snapshots)
    layout = lay_out(bench, snapshot, models)
    outcomes = {model: _outcome(bench, snapshot, layout, model) for model in layout.schedules}
    found = profile(
        _parts(bench, snapshot, _cutoffs(bench, snapshot, layout), catalogue),
        outcomes,
        catalogue=catalogue,
        absent=catalogue.absent(recorded_types(snapshot)),
        about={
            "tenant": bench.tenant.slug,
            "snapshot": snapshot.hash,
            "as_of": bench.as_of.isoformat(),
            "made_at": bench.now.isoformat(),
            "catalogue": catalogue.hash,
        },
    )
    write_profile(found, bench.settings.features)
    return found


def _cutoffs(bench: Bench, snapshot: Snapshot, layout: Layout) -> tuple[int, ...]:
    """Those of the models and now; where no model can be trained, some days before now."""
    if len(layout.cutoffs) > 1:
        return layout.cutoffs
    past = (bench.cutoff - days * DAY for days in _BACK)
    return (*(cutoff for cutoff in past if cutoff > snapshot.first_occurred), bench.cutoff)


def _parts(
    bench: Bench, snapshot: Snapshot, cutoffs: Sequence[int], catalogue: Catalogue
) -> Iterator[pd.DataFrame]:
    """Read each cutoff's features, or evaluate those that are not there as they are declared now."""
    for cutoff in cutoffs:
        try:
            stored = read_features(bench.settings.features, snapshot.tenant, snapshot.hash, cutoff)
        except SnapshotNotFound:
            stored = None
        if stored is not None and all(
            stored.hashes.get(output.name) == output.hash for output in catalogue.outputs
        ):
            frame = stored.frame[[*_KEYS, *catalogue.names]]
        else:
            frame = feature_frame(snapshot, [cutoff], catalogue)
        if len(frame):
            yield frame


def _outcome(bench: Bench, snapshot: Snapshot, layout: Layout, model: str) -> pd.DataFrame:
    """What came about after a model's test cutoff, as it is known now."""
    schedule = layout.schedules[model]
    table = label_table(
        snapshot,
        bench.spec(model).label,
        [schedule.test],
        schedule.horizon_days,
        known_before=bench.cutoff,
    )
    at: datetime = from_micros(schedule.test)
    return pd.DataFrame(
        {
            "customer_id": pd.Series(table.customer_ids, dtype="str"),
            "cutoff": pd.Series([at] * len(table.customer_ids)).dt.as_unit("us")
            if table.customer_ids
            else pd.Series([], dtype="datetime64[us, UTC]"),
            "label": table.labels.astype("int64"),
        }
    )
