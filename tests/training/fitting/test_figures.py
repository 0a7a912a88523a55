"""Expected purchases as columns of a model: behind the features, each with an output that tells of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from features.catalogue import CATALOGUE
from scoring.derived import FIGURES
from scoring.purchase_models import BetaGeometric, GammaGamma
from scoring.purchases import SpendForecast
from training.fitting.figures import COUNTED_TO, derived_columns, with_figures
from training.fitting.purchases import FittedForecast

FORECAST = SpendForecast(
    horizon_days=90,
    orders=BetaGeometric(r=0.6, alpha=45.0, a=0.5, b=2.0),
    value=GammaGamma(p=6.25, q=3.74, v=1544.0),
)
FITTED = FittedForecast(forecast=FORECAST, check=pd.DataFrame(), sentence="", models=FORECAST)
ROWS = pd.DataFrame(
    {
        "customer_id": ["ann", "bob", "cid"],
        "spend": [9000.0, 0.0, 500.0],
        "days_since_order": [20.0, np.nan, 300.0],
        "order_days": [3.0, np.nan, 1.0],
        "days_ordering": [100.0, np.nan, 0.0],
        "days_since_first_order": [120.0, np.nan, 300.0],
    }
)


def test_every_figure_is_told_by_an_output_and_named_like_none() -> None:
    assert set(COUNTED_TO) == set(FIGURES)
    assert set(COUNTED_TO.values()) <= set(CATALOGUE.names)
    assert not set(COUNTED_TO) & set(CATALOGUE.names)


def test_figures_stand_behind_the_columns() -> None:
    widened = with_figures(ROWS, FORECAST)
    assert list(widened.columns) == [*ROWS.columns, *COUNTED_TO]
    assert widened["expected_orders"].to_list()[0] > widened["expected_orders"].to_list()[2]
    assert widened[list(COUNTED_TO)].isna().to_numpy()[1].all()
    pd.testing.assert_frame_equal(widened[ROWS.columns], ROWS)


def test_a_figure_whose_output_is_not_there_is_left_out() -> None:
    widened = with_figures(ROWS.drop(columns="days_since_order"), FORECAST)
    assert "expected_orders" in widened.columns
    assert "alive_probability" not in widened.columns


def test_a_package_sees_the_columns_the_model_was_fitted_on() -> None:
    widened = with_figures(ROWS, FORECAST)
    features = ("spend", "expected_spend", "order_days", "alive_probability", "days_since_order")
    derived = derived_columns(features, FITTED)
    assert derived is not None
    outputs = [name for name in features if name not in COUNTED_TO]
    outputs += [name for name in derived.outputs if name not in outputs]
    seen, _ = derived.widen(
        ROWS[outputs].to_numpy(float), {name: place for place, name in enumerate(outputs)}
    )
    np.testing.assert_array_equal(seen[:, : len(features)], widened[list(features)].to_numpy(float))


def test_a_model_that_reads_no_figure_has_no_derived_columns() -> None:
    assert derived_columns(("spend", "order_days"), FITTED) is None
    assert derived_columns(("spend", "expected_spend"), None) is None
    assert derived_columns(("spend", "expected_spend"), replace(FITTED, models=None)) is None
