"""What cross-validation says of each candidate, and what each was made with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.metrics import roc_auc_score

from training.fitting.cross_validation import loss

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Plain = str | float | int | bool | None


@dataclass(frozen=True, kw_only=True)
class CandidateScore:
    """What cross-validation says of a candidate.

    Parameters
    ----------
    name : str
    auc, log_loss : float
        Out of fold, over all training rows.
    chosen : bool
    note : str
        Why no package can be made of it, and so it was not chosen whatever its loss.
    fold_aucs : tuple of float or None
        AUC over the customers of each fold; None where all of them did the same.
    parameters : mapping of str to str, float, int, bool or None
        What it was fitted with, as scikit-learn names it; of a blend, its shares.
    """

    name: str
    auc: float
    log_loss: float
    chosen: bool
    note: str = ""
    fold_aucs: tuple[float | None, ...] = ()
    parameters: Mapping[str, Plain] = field(default_factory=dict)


def candidate_score(
    name: str,
    logits: Floats,
    labels: Integers,
    folds: Integers,
    *,
    chosen: bool,
    parameters: Mapping[str, Plain],
    note: str = "",
) -> CandidateScore:
    """Measure what a candidate says of rows whose customers it did not learn from.

    Parameters
    ----------
    name : str
    logits : float array of shape (n_rows,)
        Out of fold.
    labels : int array of shape (n_rows,), 0 or 1
        Both must occur.
    folds : int array of shape (n_rows,)
        Which fold each row was held out in, from 0 on.
    chosen : bool
    parameters : mapping
    note : str, optional

    Returns
    -------
    CandidateScore
    """

    def auc(rows: NDArray[np.bool_]) -> float | None:
        if len(np.unique(labels[rows])) < 2:
            return None
        return float(roc_auc_score(labels[rows], logits[rows]))

    return CandidateScore(
        name=name,
        auc=float(roc_auc_score(labels, logits)),
        log_loss=loss(labels, logits),
        chosen=chosen,
        note=note,
        fold_aucs=tuple(auc(folds == fold) for fold in range(int(folds.max()) + 1)),
        parameters=parameters,
    )


def parameters_of(model: ClassifierMixin) -> dict[str, Plain]:
    """Give what a classifier is fitted with, as far as it is plain: numbers, words and switches.

    Parameters
    ----------
    model : classifier
        A pipeline's are those of its last step.

    Returns
    -------
    dict of str to str, float, int, bool or None
        By scikit-learn's name.

    Examples
    --------
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> parameters_of(DecisionTreeClassifier(max_depth=3))["max_depth"]
    3
    """
    last: Any = model.steps[-1][1] if hasattr(model, "steps") else model
    return {
        name: value
        for name, value in last.get_params(deep=False).items()
        if value is None or isinstance(value, str | float | int | bool)
    }
