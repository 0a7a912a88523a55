"""How well a single column tells the outcome, by what half of the rows show and the other half is told."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from scoring.fields import Field
from training.fitting.estimators.shapes import bins_of

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_BINS = 40
_LEAST = 2


def power_alone(field: Field, cells: Sequence[str], labels: Integers) -> float:
    """Measure how well a column alone ranks the outcome.

    Values are put into bins, each ranked by the share of the outcome in one half of the rows; the other half is ranked
    by that, and the other way round. A column that rises and falls counts as well as one that only rises.

    Parameters
    ----------
    field : Field
    cells : sequence of str
    labels : int array of shape (n_rows,), 0 or 1

    Returns
    -------
    float
        AUC, .5 where nothing is told.
    """
    known = {text: field.read(text) for text in set(cells)}
    values = np.array([known[text] for text in cells], dtype=np.float64)
    present = values[~np.isnan(values)]
    cuts: Floats = np.zeros(0)
    if len(present) and not field.is_category:
        cuts = np.unique(np.quantile(present, np.linspace(0, 1, _BINS + 1)[1:-1]))
    elif field.is_category:
        cuts = np.arange(1, field.codes, dtype=np.float64) - 0.5
    bins = bins_of(values, cuts)
    half = np.random.default_rng(0).permutation(len(labels)) % 2 == 0
    told = np.zeros(len(labels))
    base = float(labels.mean())
    for seen in (half, ~half):
        size = np.bincount(bins[seen], minlength=len(cuts) + 2)
        ones = np.bincount(bins[seen], weights=labels[seen], minlength=len(cuts) + 2)
        share = (ones + base) / (size + 1.0)
        told[~seen] = share[bins[~seen]]
    areas = [
        float(roc_auc_score(labels[part], told[part]))
        for part in (half, ~half)
        if len(np.unique(labels[part])) == _LEAST
    ]
    return float(np.mean(areas)) if areas else 0.5
