"""The rule-based score held against who paid: which risk a score of the table stands for in this shop."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from features.frames import LABEL
from scoring.calibration import Calibration
from scoring.rules import RuleInputs, rule_score
from scoring.scale import Scale
from training.fitting.calibrating import fit_level

Integers = NDArray[np.int64]

LEAST_OUTCOMES = 30
"""Of either kind, below which a rule score has no risk of its own."""


def calibrate_rules(frame: pd.DataFrame, inputs: RuleInputs) -> Calibration | None:
    """Fit a straight line from the log-odds that a rule score would stand for to those that came about.

    Parameters
    ----------
    frame : DataFrame
        Training rows that the question is about, with the inputs of the rule score and the label.
    inputs : RuleInputs

    Returns
    -------
    Calibration or None
        None where outcomes are few, or more points do not go with less risk.
    """
    labels = frame[LABEL].to_numpy(dtype=np.int64)
    counts = np.bincount(labels, minlength=2)
    if counts.min() < LEAST_OUTCOMES:
        return None
    logits = np.array([Scale().logit(points) for points in rule_scores(frame, inputs).tolist()])
    if np.ptp(logits) == 0:
        return None
    slope = float(LogisticRegression(C=1e6, max_iter=1000).fit(logits[:, None], labels).coef_[0, 0])
    if slope <= 0:
        return None
    return Calibration(slope=slope, intercept=fit_level(slope * logits, labels))


def rule_scores(frame: pd.DataFrame, inputs: RuleInputs) -> Integers:
    """Score rows by the table of points, shape (n_rows,)."""
    names = list(inputs.columns)
    rows = frame[[inputs.columns[name] for name in names]].to_numpy(dtype=np.float64).tolist()
    return np.array(
        [
            rule_score(dict(zip(names, row, strict=True)), typical_order=inputs.typical_order)
            for row in rows
        ],
        dtype=np.int64,
    )
