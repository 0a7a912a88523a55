"""Which candidates compete, how long each is expected to take, and which of them the budget leaves out.

What a fit takes is estimated from rows and columns, never measured: how busy a machine is must not decide which
model a shop gets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sklearn.base import ClassifierMixin

from training.fitting.estimators import BoostedTrees, ExplainableBoosting, Scorecard, linear_model
from training.fitting.estimators.forest import random_forest

STRENGTHS = (0.001, 0.003, 0.01, 0.1, 1.0)
"""Penalties tried for the linear model (scikit-learn's C)."""

BUDGET = 300.0
"""Estimated seconds of one core that comparing the standard candidates may take."""

_CELLS = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Contender:
    """A standard candidate and what fitting it is expected to take."""

    model: ClassifierMixin
    cost: float
    """Seconds per million values of the training rows, as measured on one core of an ordinary machine."""


def linear_models(codes: Sequence[int] | None = None) -> dict[str, ClassifierMixin]:
    """Make a linear model of every strength, by name."""
    return {f"logistic C={strength:g}": linear_model(strength, codes) for strength in STRENGTHS}


def standard_contenders(
    signs: Sequence[int], *, seed: int, codes: Sequence[int] | None = None
) -> dict[str, Contender]:
    """Make the standard candidates by name, the quickest first.

    Parameters
    ----------
    signs : sequence of {1, -1, 0}
        Which way each column is expected to move the risk; where no sign is declared, boosted trees are tried
        without any only.
    seed : int
    codes : sequence of int, optional
        Per column, how many codes of categories it has, 0 for numbers; by default all are numbers.
    """
    parted = None if codes is None else tuple(codes)
    models = linear_models(parted)
    made = {name: Contender(model=model, cost=0.25) for name, model in models.items()}
    made["scorecard"] = Contender(model=Scorecard(signs=tuple(signs), codes=parted), cost=0.9)
    made["boosted"] = Contender(model=BoostedTrees(random_state=seed), cost=1.2)
    if any(signs):
        held = BoostedTrees(random_state=seed, signs=tuple(signs))
        made["boosted monotone"] = Contender(model=held, cost=1.2)
    made["explainable"] = Contender(model=ExplainableBoosting(random_state=seed), cost=1.5)
    made["forest"] = Contender(model=random_forest(seed), cost=1.6)
    return made


def within_budget(
    contenders: Mapping[str, Contender], *, rows: int, columns: int, fits: float, budget: float
) -> tuple[dict[str, ClassifierMixin], dict[str, str]]:
    """Take contenders in their order while the budget lasts; the first always competes.

    Parameters
    ----------
    contenders : mapping of str to Contender
    rows, columns : int
        Of the training rows.
    fits : float
        How many fits on all training rows a comparison comes to.
    budget : float
        Estimated seconds of one core.

    Returns
    -------
    dict of str to classifier
        Those that compete.
    dict of str to str
        Why each of the others was not tried.
    """
    taken: dict[str, ClassifierMixin] = {}
    left_out: dict[str, str] = {}
    spent = 0.0
    for name, contender in contenders.items():
        takes = contender.cost * fits * rows * columns / _CELLS
        if taken and spent + takes > budget:
            left_out[name] = (
                f"not tried: takes about {takes:,.0f} s on {rows:,} rows x {columns} features, and"
                f" {max(budget - spent, 0):,.0f} s of {budget:,.0f} s are left"
            )
        else:
            taken[name] = contender.model
            spent += takes
    return taken, left_out
