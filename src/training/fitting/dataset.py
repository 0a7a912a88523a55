"""The dataset a model learns from and is tested on: features at each cutoff beside what came about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from commerce.records.instants import from_micros
from commerce.records.tenants import Tenant
from features.catalogue import CATALOGUE
from features.declaring.declaration import Catalogue
from features.evaluating.duckdb_evaluator import label_table
from features.frames import KEYS
from features.snapshots.snapshot import Snapshot
from scoring.populations import Population
from scoring.purchases import INPUTS
from training.errors import NotTrainable
from training.fitting.activity import population_of
from training.fitting.features_at import features_at
from training.fitting.figures import with_figures
from training.fitting.purchases import FittedForecast, fit_forecast, realised_purchases
from training.fitting.schedule import Schedule, cutoffs_for
from training.fitting.sufficiency import check_outcomes, check_recorded
from training.specs import ModelSpec


@dataclass(frozen=True, kw_only=True, eq=False)
class Dataset:
    """Training and test rows of one model of one tenant.

    Parameters
    ----------
    tenant : Tenant
    spec : ModelSpec
    snapshot : Snapshot
    catalogue : Catalogue
    schedule : Schedule
    as_of : int, epoch microseconds
        Records before it counted.
    population : Population
        Whom the question is about: on them the model is measured, on the others it only learns.
    train, test : DataFrame
        Columns customer_id, cutoff, every feature of the catalogue, label.
    forecast : FittedForecast or None
        What customers will buy within the horizon; None where the decision asks for no such thing. Where it has
        models, their figures are columns of `train` and `test`.
    current : DataFrame
        Features, at `as_of`, of the customers whom the model is about then; what became of them is not known yet.
    """

    tenant: Tenant
    spec: ModelSpec
    snapshot: Snapshot
    catalogue: Catalogue
    schedule: Schedule
    as_of: int
    population: Population
    train: pd.DataFrame
    test: pd.DataFrame
    forecast: FittedForecast | None
    current: pd.DataFrame

    @property
    def name(self) -> str:
        """Registered name of the model: "<tenant>.<model>"."""
        return f"{self.tenant.slug}.{self.spec.name}"

    def asked(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Give the rows of a frame that the question is about, in their order.

        Parameters
        ----------
        frame : DataFrame
            `train`, `test`, `current`, or one with the features that tell the population.

        Returns
        -------
        DataFrame
            Numbered anew.
        """
        return frame[self.is_asked(frame)].reset_index(drop=True)

    def is_asked(self, frame: pd.DataFrame) -> NDArray[np.bool_]:
        """Mark the rows of a frame that the question is about.

        Parameters
        ----------
        frame : DataFrame
            As `asked` takes it.

        Returns
        -------
        bool array of shape (n_rows,)
            True where it is.
        """
        if not self.population.others:
            return np.ones(len(frame), dtype=np.bool_)
        return self.population.within(
            {group.feature: frame[group.feature].to_numpy() for group in self.population.others}
        )

    @property
    def summary(self) -> pd.DataFrame:
        """One row per cutoff: the date in the tenant's zone, its use, rows and share of the outcome."""
        both = pd.concat([self.train.assign(use="train"), self.test.assign(use="test")])
        grouped = both.groupby(["cutoff", "use"], sort=True)["label"].agg(["size", "mean"])
        table = grouped.reset_index().rename(columns={"size": "rows", "mean": "base_rate"})
        return table.assign(cutoff=table["cutoff"].dt.tz_convert(self.tenant.zone).dt.date)

    def head(self, rows: int = 5) -> pd.DataFrame:
        """Give the first training rows, the label before the features.

        Parameters
        ----------
        rows : int, default 5
            How many.

        Returns
        -------
        DataFrame of shape (rows, n_features + 3)
            A copy.
        """
        labelled = [*KEYS, "label"]
        return self.train.head(rows).set_index(labelled).reset_index()


def load_dataset(
    tenant: Tenant,
    spec: ModelSpec,
    snapshot: Snapshot,
    *,
    as_of: int,
    schedule: Schedule | None = None,
    features: Path | None = None,
    catalogue: Catalogue = CATALOGUE,
) -> Dataset:
    """Lay out the cutoffs and load or evaluate the features at each.

    Parameters
    ----------
    tenant : Tenant
        Whose records.
    spec : ModelSpec
        What is predicted, from what, how far ahead.
    snapshot : Snapshot
        The copy of the tenant's stream.
    as_of : int
        Epoch microseconds; nothing recorded from then on is known.
    schedule : Schedule, optional
        Cutoffs laid down elsewhere; by default those of the spec.
    features : Path, optional
        Folder of features already built; what is not there, or was declared otherwise, is evaluated.
    catalogue : Catalogue, optional
        The shop's own by default.

    Returns
    -------
    Dataset
        Training rows, and the later rows to judge by.

    Raises
    ------
    NotTrainable
        If the records are too few or too short.
    """
    laid_out, labels = _outcomes(tenant, spec, snapshot, as_of, schedule)
    current = _current(spec, snapshot, as_of, catalogue, features)
    *learned, test = (
        _labelled(features_at(snapshot, cutoff, catalogue, features), labels)
        for cutoff in laid_out.cutoffs
    )
    train = pd.concat(learned, ignore_index=True)
    del learned  # all of it is there twice else, while more is read
    if len(train) + len(test) != len(labels):
        raise AssertionError(
            f"every labelled customer must have features; got {len(train) + len(test)} of {len(labels)}."
            " Look at the populations of features and labels."
        )
    forecast = _forecast(spec, snapshot, laid_out, train, test, tenant.currency)
    if forecast is not None and forecast.models is not None:
        train, test = (with_figures(part, forecast.models) for part in (train, test))
    return Dataset(
        tenant=tenant,
        spec=spec,
        snapshot=snapshot,
        catalogue=catalogue,
        schedule=laid_out,
        as_of=as_of,
        population=population_of(spec, snapshot, known_before=laid_out.test),
        train=train,
        test=test,
        forecast=forecast,
        current=current,
    )


def _labelled(values: pd.DataFrame, labels: pd.DataFrame) -> pd.DataFrame:
    """Give the features of whom there is an outcome of, and that; in the order of the features."""
    return values.merge(labels, on=list(KEYS), how="inner", validate="one_to_one")


def why_not_trainable(
    tenant: Tenant, spec: ModelSpec, snapshot: Snapshot, *, as_of: int
) -> str | None:
    """Say why a tenant's records cannot train a model, None where they can; evaluates labels only.

    Parameters
    ----------
    tenant : Tenant
        Whose records.
    spec : ModelSpec
        What is predicted, from what, how far ahead.
    snapshot : Snapshot
        The copy of the tenant's stream.
    as_of : int
        Epoch microseconds; nothing recorded from then on is known.

    Returns
    -------
    str or None
        The sentence of the refusal.
    """
    try:
        _outcomes(tenant, spec, snapshot, as_of)
    except NotTrainable as reason:
        return str(reason)
    return None


def _outcomes(
    tenant: Tenant,
    spec: ModelSpec,
    snapshot: Snapshot,
    as_of: int,
    schedule: Schedule | None = None,
) -> tuple[Schedule, pd.DataFrame]:
    """Lay out the cutoffs and read the outcomes at each, where there are enough to tell customers apart."""
    check_recorded(spec, snapshot, as_of=as_of)
    laid_out = schedule or cutoffs_for(
        spec, first_occurred=snapshot.first_occurred, as_of=as_of, zone=tenant.zone
    )
    labels = _labels(spec, snapshot, laid_out, as_of)
    is_test = labels["cutoff"] == from_micros(laid_out.test)
    check_outcomes(spec, labels[~is_test], labels[is_test], laid_out)
    return laid_out, labels


def _labels(spec: ModelSpec, snapshot: Snapshot, schedule: Schedule, as_of: int) -> pd.DataFrame:
    """Outcomes as they were known: those to learn from at the test cutoff, those to be tested on at `as_of`."""
    parts = []
    for cutoffs, known_before in ((schedule.train, schedule.test), ((schedule.test,), as_of)):
        table = label_table(
            snapshot,
            spec.label,
            cutoffs,
            schedule.horizon_days,
            known_before=known_before,
        )
        parts.append(
            pd.DataFrame(
                {
                    "customer_id": pd.Series(table.customer_ids, dtype="str"),
                    "cutoff": _instants(table.cutoffs.tolist()),
                    "label": table.labels.astype("int64"),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _forecast(
    spec: ModelSpec,
    snapshot: Snapshot,
    schedule: Schedule,
    train: pd.DataFrame,
    test: pd.DataFrame,
    currency: str,
) -> FittedForecast | None:
    """Fit what customers will buy, where a decision asks for it and the features that say so are there."""
    if not (spec.economics.by_value and set(INPUTS) <= set(train.columns)):
        return None
    days = schedule.horizon_days
    train_realised, test_realised = (
        realised_purchases(snapshot, rows, days) for rows in (train, test)
    )
    return fit_forecast(
        train,
        test,
        train_realised=train_realised,
        test_realised=test_realised,
        horizon_days=days,
        currency=currency,
    )


def customers_of(spec: ModelSpec, snapshot: Snapshot, *, as_of: int) -> list[str]:
    """Name the customers whom a model's label is about at an instant, whatever comes about."""
    return list(label_table(snapshot, spec.label, [as_of], known_before=as_of).customer_ids)


def _current(
    spec: ModelSpec, snapshot: Snapshot, as_of: int, catalogue: Catalogue, folder: Path | None
) -> pd.DataFrame:
    """Features of those whom a model is about at an instant."""
    values = features_at(snapshot, as_of, catalogue, folder)
    about = customers_of(spec, snapshot, as_of=as_of)
    return values[values["customer_id"].isin(about)].reset_index(drop=True)


def _instants(micros: Sequence[int]) -> pd.Series[pd.Timestamp]:
    return pd.Series(pd.to_datetime(list(micros), unit="us", utc=True)).dt.as_unit("us")
