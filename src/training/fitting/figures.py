"""What customers are expected to buy, as columns that a model learns from beside the features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from scoring.derived import DerivedColumns, figures_of
from scoring.purchases import SpendForecast
from training.fitting.purchases import FittedForecast

COUNTED_TO: Mapping[str, str] = {
    "expected_orders": "order_days",
    "expected_spend": "spend",
    "alive_probability": "days_since_order",
}
"""The output that tells of each figure: what a person would look at to expect the same."""


def with_figures(rows: pd.DataFrame, forecast: SpendForecast) -> pd.DataFrame:
    """Put the figures of a forecast behind the columns of rows.

    Parameters
    ----------
    rows : DataFrame
        With the inputs of the forecast.
    forecast : SpendForecast
        Fitted on what was known before any of the rows that a model is tested on.

    Returns
    -------
    DataFrame
        A copy, with those figures whose output is among its columns.
    """
    names = tuple(name for name, output in COUNTED_TO.items() if output in rows.columns)
    inputs = rows[list(forecast.inputs)].to_numpy(dtype=np.float64)
    figures = figures_of(forecast, inputs, names)
    return rows.assign(**{name: figures[:, place] for place, name in enumerate(names)})


def derived_columns(
    features: Sequence[str], fitted: FittedForecast | None
) -> DerivedColumns | None:
    """Say which columns of a model are figures of a forecast.

    Parameters
    ----------
    features : sequence of str
        The columns the model reads, in order.
    fitted : FittedForecast or None

    Returns
    -------
    DerivedColumns or None
        None where the model reads none.
    """
    places = {name: place for place, name in enumerate(features) if name in COUNTED_TO}
    if fitted is None or fitted.models is None or not places:
        return None
    return DerivedColumns(
        forecast=fitted.models,
        counted_to={name: COUNTED_TO[name] for name in places},
        places=tuple(places.values()),
    )
