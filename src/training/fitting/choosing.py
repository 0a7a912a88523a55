"""Compare candidates in the same folds and fit the best of which a package can be made, wherever the rows come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin

from scoring.calibration import Calibration
from training.fitting.blending import winning_blends
from training.fitting.candidate_scores import CandidateScore, candidate_score, parameters_of
from training.fitting.cross_validation import Rows, cross_validate, fit_fresh, folds_of, loss
from training.fitting.estimators import as_blend

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Chosen:
    """A fitted model and how it was chosen, from whichever source its rows came.

    Parameters
    ----------
    features : tuple of str
        The columns it reads, in order.
    estimator : classifier
        A `LogitBlend`, unless a package can be made of none of the candidates.
    candidates : tuple of CandidateScore
        Best first.
    rows : int
        What it learned from.
    out_of_fold : float array of shape (n_compared,)
        What the chosen candidate says of each row candidates were compared on, where it did not learn from its
        customer, in log-odds.
    calibration : Calibration
        What is done to its logits so that they may be taken at their word; nothing where they may be anyway.
    not_tried : mapping of str to str
        Why each standard candidate that did not compete was left out.
    """

    features: tuple[str, ...]
    estimator: ClassifierMixin
    candidates: tuple[CandidateScore, ...]
    rows: int
    out_of_fold: Floats
    calibration: Calibration = field(default_factory=Calibration)
    not_tried: Mapping[str, str] = field(default_factory=dict)

    @property
    def chosen(self) -> CandidateScore:
        """The candidate that was fitted on all training rows."""
        return next(candidate for candidate in self.candidates if candidate.chosen)


def choose_candidate(
    models: Mapping[str, ClassifierMixin],
    rows: Rows,
    *,
    features: tuple[str, ...],
    folds: Integers | None = None,
    learned: Rows | None = None,
    may_blend: bool = True,
    not_tried: Mapping[str, str] | None = None,
    jobs: int = 1,
    seed: int = 0,
) -> Chosen:
    """Compare candidates in the same folds, and fit the best of which a package can be made.

    Parameters
    ----------
    models : mapping of str to classifier
        Unfitted, by name.
    rows : Rows
        On which they are compared.
    features : tuple of str
        The columns of the rows, in order.
    folds : int array of shape (n_rows,), optional
        Which fold each row is held out in; by default customers are dealt out.
    learned : Rows, optional
        On which the best is fitted; those it is compared on by default.
    may_blend : bool, default True
        Whether blends compete, too.
    not_tried : mapping of str to str, optional
        Why others do not compete.
    jobs : int, >= 1, default 1
    seed : int, default 0

    Returns
    -------
    Chosen
    """
    folds = folds_of(rows, seed=seed) if folds is None else folds
    learned = rows if learned is None else learned
    tried = cross_validate(models, rows, folds, jobs=jobs)
    logits = {name: each.logits for name, each in tried.items()}
    obstacles = {name: each.obstacle for name, each in tried.items() if each.obstacle}
    parameters = {name: parameters_of(model) for name, model in models.items()}
    recipes: dict[str, Mapping[str, float]] = {name: {name: 1.0} for name in models}
    if may_blend:
        possible = {name: logits[name] for name in models if name not in obstacles}
        for blend in winning_blends(models, possible, rows.labels, rows.customers, seed=seed):
            recipes[blend.name], logits[blend.name] = blend.shares, blend.logits
            parameters[blend.name] = {"shares": blend.shares_text}
    lost = {name: loss(rows.labels, logits[name]) for name in recipes}
    ranked = sorted(lost, key=lambda name: lost[name])
    chosen = next((name for name in ranked if name not in obstacles), ranked[0])
    parts = [
        (fit_fresh(models[part], learned, jobs=jobs), share)
        for part, share in recipes[chosen].items()
    ]
    return Chosen(
        features=features,
        estimator=parts[0][0] if chosen in obstacles else as_blend(parts),
        candidates=tuple(
            candidate_score(
                name,
                logits[name],
                rows.labels,
                folds,
                chosen=name == chosen,
                parameters=parameters[name],
                note=_note(obstacles.get(name), is_first=name == ranked[0]),
            )
            for name in ranked
        ),
        rows=len(learned.labels),
        out_of_fold=logits[chosen],
        not_tried=dict(not_tried or {}),
    )


def _note(obstacle: str | None, *, is_first: bool) -> str:
    if obstacle is None:
        return ""
    return (
        f"ranked first, but cannot be exported: {obstacle}"
        if is_first
        else f"cannot be exported: {obstacle}"
    )
