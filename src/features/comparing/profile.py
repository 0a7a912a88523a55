"""The profile of a feature table: what is missing, how values are spread, how they drift, what each says alone.

Everything is held against the first cutoff. A profile is made cutoff by cutoff, in the memory of two of them,
and kept as JSON beside the feature tables.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from commerce.records.instants import to_micros
from features.comparing.distributions import (
    Floats,
    Power,
    edges,
    histogram,
    largest_distance,
    power,
    quantiles,
    stability_index,
)
from features.declaring.compilation import Catalogue
from tabular.files import replace_text

PROFILE = "profile.json"
"""The file beside feature tables."""

_KEYS = ("customer_id", "cutoff", "label")


@dataclass(kw_only=True)
class FeatureProfile:
    """One feature at every cutoff; sequences are in their order."""

    hash: str = ""
    """Of its declaration; empty where it is not of a catalogue."""
    missing: list[float] = field(default_factory=list)
    """Share of rows without a value."""
    quantiles: list[list[float]] = field(default_factory=list)
    """At `features.comparing.distributions.LEVELS`; empty where no value is known."""
    edges: list[float] = field(default_factory=list)
    histogram: list[list[int]] = field(default_factory=list)
    psi: list[float] = field(default_factory=list)
    ks: list[float] = field(default_factory=list)
    """`psi`, `ks`: population stability index and Kolmogorov-Smirnov distance from the first cutoff."""
    power: dict[str, Power] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A feature table's profile."""

    cutoffs: list[int]
    """Epoch microseconds; ascending."""
    rows: list[int]
    """Customers at each."""
    features: dict[str, FeatureProfile]
    labels: dict[str, dict[str, Any]]
    """Cutoff, rows and base rate of each label that features were held against."""
    absent: list[str] = field(default_factory=list)
    """Features the shop has no records for."""
    about: dict[str, Any] = field(default_factory=dict)

    @property
    def table(self) -> pd.DataFrame:
        """One row per feature: missing share, median, largest drift, AUC for each label."""
        rows = {
            name: {
                "missing": found.missing[-1],
                "median": found.quantiles[-1][4] if found.quantiles[-1] else np.nan,
                "PSI": max(found.psi),
                "KS": max(found.ks),
                **{f"AUC {label}": alone.auc for label, alone in found.power.items()},
            }
            for name, found in self.features.items()
        }
        return pd.DataFrame.from_dict(rows, orient="index")

    def as_dict(self) -> dict[str, Any]:
        """The profile in JSON's own types."""
        return asdict(self)


def profile(
    parts: Iterable[pd.DataFrame],
    outcomes: Mapping[str, pd.DataFrame] | None = None,
    *,
    catalogue: Catalogue | None = None,
    absent: Sequence[str] = (),
    about: Mapping[str, Any] | None = None,
) -> Profile:
    """Profile a feature table.

    Parameters
    ----------
    parts : iterable of DataFrame
        One per cutoff, ascending, as `features.frames.feature_frame` gives it.
    outcomes : mapping of str to DataFrame, optional
        By label: customer_id, cutoff, label, at one of the cutoffs; each customer once, so that intervals
        are honest.
    """
    cutoffs: list[int] = []
    rows: list[int] = []
    features: dict[str, FeatureProfile] = {}
    labels: dict[str, dict[str, Any]] = {}
    first: pd.DataFrame | None = None
    for part in parts:
        first = part if first is None else first
        cutoff = part["cutoff"].iloc[0]
        cutoffs.append(to_micros(cutoff.to_pydatetime()))
        rows.append(len(part))
        for name in (column for column in part.columns if column not in _KEYS):
            if name not in features:
                known = catalogue[name].hash if catalogue and name in catalogue else ""
                features[name] = FeatureProfile(hash=known, edges=list(edges(_floats(part, name))))
            _describe(features[name], _floats(first, name), _floats(part, name))
        for label, outcome in (outcomes or {}).items():
            labelled = part.drop(columns="label", errors="ignore").merge(
                outcome[outcome["cutoff"] == cutoff], on=["customer_id", "cutoff"]
            )
            if len(labelled):
                labels[label] = _hold_against(features, label, labelled) | {"cutoff": cutoffs[-1]}
    return Profile(
        cutoffs=cutoffs,
        rows=rows,
        features=features,
        labels=labels,
        absent=list(absent),
        about=dict(about or {}),
    )


def profile_frame(frame: pd.DataFrame, *, catalogue: Catalogue | None = None) -> Profile:
    """Profile a training frame: its own label, at its last cutoff.

    Parameters
    ----------
    frame : DataFrame
        As `features.frames.training_frame` gives it.
    """
    parts = [part for _, part in frame.groupby("cutoff", sort=True)]
    last = parts[-1] if parts else frame
    outcome = {"label": last[list(_KEYS)]} if "label" in frame else {}
    return profile(parts, outcome, catalogue=catalogue)


def write_profile(found: Profile, folder: Path) -> Path:
    """Write a profile beside the feature tables of its snapshot; its `about` names tenant and snapshot."""
    root = folder / str(found.about["tenant"]) / str(found.about["snapshot"])
    return replace_text(root / PROFILE, json.dumps(found.as_dict(), allow_nan=False))


def last_profile(folder: Path, tenant: str) -> Profile | None:
    """Read the profile of a tenant that was made last; None where there is none."""
    places = list((folder / tenant).glob(f"*/{PROFILE}"))
    if not places:
        return None
    newest = max(places, key=lambda place: place.stat().st_mtime_ns)
    content = json.loads(newest.read_text(encoding="utf-8"))
    features = {
        name: FeatureProfile(
            **{
                **kept,
                "power": {label: Power(**figures) for label, figures in kept["power"].items()},
            }
        )
        for name, kept in content.pop("features").items()
    }
    return Profile(features=features, **content)


def _describe(found: FeatureProfile, before: Floats, values: Floats) -> None:
    """Add one cutoff to a feature's profile."""
    found.missing.append(float(np.isnan(values).mean()))
    found.quantiles.append(list(quantiles(values)))
    found.histogram.append(list(histogram(values, tuple(found.edges))))
    found.psi.append(stability_index(before, values))
    found.ks.append(largest_distance(before, values))


def _hold_against(
    features: Mapping[str, FeatureProfile], label: str, rows: pd.DataFrame
) -> dict[str, Any]:
    """Hold every feature against an outcome."""
    outcome = rows["label"].to_numpy(dtype=np.int64)
    for name, found in features.items():
        strength = power(outcome, _floats(rows, name))
        if strength is not None:
            found.power[label] = strength
    return {"rows": len(rows), "base_rate": float(outcome.mean())}


def _floats(frame: pd.DataFrame, name: str) -> Floats:
    return frame[name].to_numpy(dtype=np.float64)
