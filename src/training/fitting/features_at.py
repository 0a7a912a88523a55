"""The features at one cutoff: those that were built, where they are declared as they are now, else evaluated."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from features.declaring.declaration import Catalogue
from features.errors import SnapshotNotFound
from features.frames import KEYS, feature_frame, read_features
from features.snapshots.snapshot import Snapshot


def features_at(
    snapshot: Snapshot, cutoff: int, catalogue: Catalogue, folder: Path | None
) -> pd.DataFrame:
    """Read the features of one cutoff, or evaluate them."""
    if folder is not None:
        try:
            stored = read_features(folder, snapshot.tenant, snapshot.hash, cutoff)
        except SnapshotNotFound:
            stored = None
        if stored is not None and all(
            stored.hashes.get(output.name) == output.hash for output in catalogue.outputs
        ):
            return stored.frame[[*KEYS, *catalogue.names]]
    return feature_frame(snapshot, [cutoff], catalogue)
