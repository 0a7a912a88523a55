"""Figures of a model, for notebooks and for its run: each function draws one and keeps no state."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score, roc_curve

from commerce.records.money import minor_digits
from features.catalogue import CATALOGUE
from features.wording import title
from scoring.package import Package
from scoring.scorer import explain
from training.judging.baselines import LearningPoint
from training.judging.evaluation import Figures
from training.judging.profit import Payoff, profit_curve

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MODEL, OTHER, QUIET = "#1f5a7a", "#c2571a", "#9aa3a8"
"""Colours: the model, what it is held against, the background."""


def calibration_figure(figures: Figures, *, title: str = "Predicted and observed risk") -> Figure:
    """Draw observed against predicted risk in groups of equal size; the diagonal is perfect."""
    figure, axes = _blank(title, "predicted risk", "observed share")
    predicted = [part.predicted for part in figures.calibration]
    observed = [part.observed for part in figures.calibration]
    top = min(1.0, 1.1 * max(*predicted, *observed, 0.05))
    axes.plot([0, top], [0, top], color=QUIET, linestyle="--", label="perfect")
    axes.plot(predicted, observed, color=MODEL, marker="o", label=f"model, ECE {figures.ece:.3f}")
    _percent(axes, both=True)
    axes.legend(frameon=False)
    return figure


def roc_figure(labels: Integers, scores: dict[str, Floats]) -> Figure:
    """Draw the ROC curve of each named set of scores, the model's own first."""
    figure, axes = _blank("Ranking out of time", "false alarms", "found")
    axes.plot([0, 1], [0, 1], color=QUIET, linestyle="--", label="chance")
    for colour, (name, values) in zip((MODEL, OTHER, QUIET, "black"), scores.items(), strict=False):
        false_rate, true_rate, _ = roc_curve(labels, values)
        area = roc_auc_score(labels, values)
        axes.plot(false_rate, true_rate, color=colour, label=f"{name}, AUC {area:.3f}")
    _percent(axes, both=True)
    axes.legend(frameon=False)
    return figure


def gain_figure(labels: Integers, probabilities: Floats) -> Figure:
    """Draw the share of all outcomes found among the customers of highest risk."""
    figure, axes = _blank(
        "Found when asking the riskiest first", "customers asked", "outcomes found"
    )
    order = np.argsort(-probabilities, kind="stable")
    found = np.concatenate([[0.0], np.cumsum(labels[order]) / max(int(labels.sum()), 1)])
    asked = np.linspace(0, 1, len(found))
    base = float(labels.mean())
    axes.plot([0, 1], [0, 1], color=QUIET, linestyle="--", label="at random")
    axes.plot([0, base, 1], [0, 1, 1], color=QUIET, linestyle=":", label="perfect")
    axes.plot(asked, found, color=MODEL, label="model")
    _percent(axes, both=True)
    axes.legend(frameon=False)
    return figure


def profit_figure(labels: Integers, scores: dict[str, Floats], payoff: Payoff) -> Figure:
    """Draw the profit from 100 customers when ever more of them are acted on, by each named set of scores.

    The model's own comes first; where its curve is highest, acting on more customers costs more than it earns.
    """
    figure, axes = _blank(
        "Profit of acting on the riskiest first",
        "customers acted on",
        f"{payoff.currency} from 100 customers",
    )
    axes.axhline(0, color=QUIET, linewidth=0.8)
    for colour, (name, values) in zip((MODEL, OTHER, QUIET, "black"), scores.items(), strict=False):
        curve = 100 * profit_curve(labels, values, payoff) / 10 ** minor_digits(payoff.currency)
        asked, best = np.linspace(0, 1, len(curve)), int(np.argmax(curve))
        text = f"{name}, at best {curve[best]:,.0f} from {asked[best]:.0%}"
        axes.plot(asked, curve, color=colour, label=text)
        axes.plot(asked[best], curve[best], color=colour, marker="o")
    _percent(axes, both=False)
    axes.legend(frameon=False)
    return figure


def learning_figure(points: Sequence[LearningPoint]) -> Figure:
    """Draw how ranking grows with the customers learned from; still rising at its end, more of them would help."""
    figure, axes = _blank(
        "Learning from more customers", "customers learned from", "AUC out of time (linear model)"
    )
    axes.plot(
        [point.customers for point in points],
        [point.auc for point in points],
        color=MODEL,
        marker="o",
    )
    axes.set_xlim(left=0)
    return figure


def distribution_figure(labels: Integers, probabilities: Floats, *, threshold: float) -> Figure:
    """Draw how risks are spread among customers of either outcome, and where acting begins."""
    figure, axes = _blank("Risk of customers by outcome", "predicted risk", "customers")
    bins = np.linspace(0, 1, 41).tolist()
    for outcome, colour, name in ((0, QUIET, "outcome absent"), (1, OTHER, "outcome present")):
        axes.hist(probabilities[labels == outcome], bins=bins, color=colour, alpha=0.6, label=name)
    axes.axvline(threshold, color=MODEL, linestyle="--", label=f"acting from {threshold:.1%}")
    _percent(axes, both=False)
    axes.legend(frameon=False)
    return figure


def contributions_figure(package: Package, values: Floats, *, top: int = 15) -> Figure:
    """Draw what moves the score most: the mean size of each feature's contribution, in log-odds."""
    sizes = np.abs(explain(package, values).contributions).mean(axis=0)
    order = np.argsort(-sizes, kind="stable")[:top][::-1]
    figure, axes = _blank("What moves the score", "mean size of contribution (log-odds)", "")
    height = 0.4 * len(order) + 1.0
    figure.set_size_inches(9.0, height)
    figure.subplots_adjust(left=0.42, bottom=0.55 / height, top=1 - 0.35 / height)
    axes.barh([_titled(package.names[place]) for place in order], sizes[order], color=MODEL)
    axes.tick_params(axis="y", length=0)
    return figure


def _titled(name: str) -> str:
    """Name a feature as people say it, on two lines where it is long."""
    is_known = name in CATALOGUE
    return fill(title(CATALOGUE[name]) if is_known else name.replace("_", " ").capitalize(), 52)


def _blank(title: str, across: str, up: str) -> tuple[Figure, Axes]:
    # margins are set, not worked out: a layout engine draws every figure twice
    figure = Figure(figsize=(6.4, 4.2))
    figure.subplots_adjust(left=0.14, right=0.97, bottom=0.13, top=0.92)
    axes = figure.subplots()
    axes.set_title(title, loc="left")
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return figure, axes


def _percent(axes: Axes, *, both: bool) -> None:
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    if both:
        axes.yaxis.set_major_formatter(PercentFormatter(1.0))
