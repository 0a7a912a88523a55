"""The oracle: how well anybody could tell, on the simulated shop, who leaves and who pays.

The same learner as in production is given the observed features plus the latent traits of the truth file (never
whether a customer has lapsed) on ten times the customers. What it reaches is a ceiling: a simulator whose
ceiling is too low teaches nothing, one whose ceiling is too high, or whose best single feature comes near it,
is no likeness of a shop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from commerce.records.database import connect, migrate, reading
from commerce.records.identity import imported_id
from commerce.records.instants import DAY, find_zone, midnight, to_micros
from commerce.records.tenants import clock, find_tenant
from features.snapshots.snapshot import take_snapshot
from simulation import SimulationOptions, simulate
from tabular.progress import Progress, silent
from training.fitting.candidates import fit_candidates, varying_features
from training.fitting.dataset import Dataset, load_dataset
from training.fitting.estimators import BoostedTrees
from training.judging.baselines import single_feature_power
from training.specs import SPECS, ModelSpec

CEILING = (0.75, 0.90)
"""Between which the ceiling must lie."""
MARGIN = 0.05
"""How far below it the best single feature must stay."""

_TENANT = "oracle"
_CUTOFFS = 4
_NOT_FOR_IT = ("customer", "first_lapse_day", "last_lapse_day")


@dataclass(frozen=True, kw_only=True)
class Ceiling:
    """What can be known of one model's outcome."""

    model: str
    rows: int
    base_rate: float
    ceiling: float
    observed: float
    """`ceiling`, `observed`: AUC out of time, with and without the latent traits."""
    single: float
    """AUC of the best single observed feature, on the same rows."""
    feature: str

    @property
    def accepted(self) -> bool:
        """Whether the simulator may teach this model.

        Examples
        --------
        >>> shown = Ceiling(
        ...     model="churn",
        ...     rows=9,
        ...     base_rate=0.4,
        ...     ceiling=0.85,
        ...     observed=0.83,
        ...     single=0.78,
        ...     feature="days_since_last_order",
        ... )
        >>> shown.accepted, replace(shown, ceiling=0.82).accepted
        (True, False)
        """
        low, high = CEILING
        return low <= self.ceiling <= high and self.single <= self.ceiling - MARGIN

    def as_dict(self) -> dict[str, Any]:
        """Give the figures and the verdict as JSON takes them."""
        return {**asdict(self), "accepted": self.accepted}


def ask_oracle(
    folder: Path,
    options: SimulationOptions,
    *,
    now: datetime,
    specs: Sequence[ModelSpec] = tuple(SPECS.values()),
    jobs: int = 1,
    progress: Progress = silent,
    note: Callable[[str], None] = lambda text: None,
) -> Iterator[Ceiling]:
    """Simulate a shop apart from all others, and find the ceiling of each model.

    Parameters
    ----------
    folder : Path
        An empty folder for the record store and what follows from it.
    now : datetime
        Wall time, aware.
    specs : sequence of ModelSpec, optional
        All models by default.
    jobs : int, default 1
        Processes.
    """
    engine = connect(f"sqlite:///{folder / 'records.db'}")
    migrate(engine)
    made = simulate(engine, _TENANT, options, now=now, truth_folder=folder, progress=progress)
    with reading(engine) as connection:
        tenant = find_tenant(connection, _TENANT)
        as_of = to_micros(clock(connection, tenant, now=now))
    note("copying the stream")
    snapshot = take_snapshot(engine, tenant, folder / "snapshots")
    engine.dispose()
    opening = to_micros(midnight(options.first_day, find_zone(options.zone)))
    latent = Latent(made.truth, opening)
    for spec in specs:
        few = replace(spec, max_cutoffs=_CUTOFFS, candidates={"boosted": BoostedTrees()})
        note(f"{spec.name}: features")
        dataset = load_dataset(tenant, few, snapshot, as_of=as_of)
        labels = dataset.test["label"].to_numpy(dtype=np.int64)
        power = single_feature_power(dataset.test, varying_features(dataset.test, few))
        feature = max(power, key=lambda name: power[name])
        areas = []
        omniscient = replace(
            dataset, train=latent.beside(dataset.train), test=latent.beside(dataset.test)
        )
        for seen in (dataset, omniscient):
            note(
                f"{spec.name}: fitting on {seen.train.shape[1]} columns of {len(seen.train):,} rows"
            )
            areas.append(_area(seen, jobs))
        yield Ceiling(
            model=spec.name,
            rows=len(labels),
            base_rate=float(labels.mean()),
            ceiling=areas[1],
            observed=areas[0],
            single=power[feature],
            feature=feature,
        )


def _area(dataset: Dataset, jobs: int) -> float:
    fitted = fit_candidates(dataset, jobs=jobs)
    values = dataset.test[list(fitted.features)].to_numpy(dtype=np.float64)
    return float(roc_auc_score(dataset.test["label"], fitted.estimator.decision_function(values)))


class Latent:
    """The truth file as columns beside a training frame."""

    def __init__(self, path: Path, opening: int) -> None:
        table = pd.read_csv(path)
        table.index = pd.Index(
            [imported_id(_TENANT, "customer", name).hex for name in table["customer"]]
        )
        self.opening = opening
        self.spells: dict[str, list[tuple[float, float]]] = {
            str(customer): [_spell(text) for text in str(spells).split()]
            for customer, spells in table["squeezes"].fillna("").items()
        }
        self.leanings = table["leanings"].str.split(expand=True).astype(float)
        self.numbers = table.drop(columns=list(_NOT_FOR_IT)).select_dtypes("number")

    def beside(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Add the latent traits of each row's customer, and whether money is short on its day."""
        customers = frame["customer_id"]
        days = (frame["cutoff"].astype("int64") - self.opening) / DAY
        left = [
            max((stop - day for start, stop in self.spells[who] if start <= day < stop), default=0)
            for who, day in zip(customers, days, strict=True)
        ]
        added = [
            columns.reindex(customers).set_axis(frame.index).add_prefix("latent_")
            for columns in (self.numbers, self.leanings)
        ]
        return pd.concat(
            [frame, *added, pd.Series(left, frame.index, name="latent_squeeze")], axis=1
        )


def _spell(text: str) -> tuple[float, float]:
    start, _, stop = text.partition(":")
    return float(start), float(stop)
