"""The figures of a feature profile: each function draws one figure and keeps no state."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from commerce.records.instants import from_micros
from features.comparing.profile import Profile

HIGHER, LOWER, QUIET = "#c2571a", "#1f5a7a", "#9aa3a8"
"""Colours: a higher value goes with the outcome, a lower one does; the background."""

MUCH = 0.25
"""The stability index from which a spread has moved much."""


def power_figure(found: Profile, label: str | None = None, *, top: int = 20) -> Figure:
    """Draw the features that say most of an outcome, alone, with their 95 % intervals.

    Parameters
    ----------
    label : str, optional
        Which outcome; the first by default.
    """
    chosen = label or next(iter(found.labels), "")
    alone = {
        name: kept.power[chosen] for name, kept in found.features.items() if chosen in kept.power
    }
    names = sorted(alone, key=lambda name: (alone[name].strength, name))[-top:]
    figure, axes = _blank(f"What each feature says of {chosen}, alone", height=0.6 + 0.22 * top)
    for place, name in enumerate(names):
        one = alone[name]
        higher = one.auc >= 0.5
        ends = (one.low, one.high) if higher else (1 - one.high, 1 - one.low)
        colour = HIGHER if higher else LOWER
        axes.plot(ends, [place, place], color=colour, linewidth=2)
        axes.plot([one.strength], [place], color=colour, marker="o")
    axes.axvline(0.5, color=QUIET, linestyle="--")
    axes.set_yticks(range(len(names)), names)
    axes.set_xlabel("AUC (orange: the higher the likelier; blue: the lower)")
    return figure


def missing_figure(found: Profile, *, top: int = 25) -> Figure:
    """Draw the share of customers without a value, by feature and cutoff, most first."""
    rows = {name: kept.missing for name, kept in found.features.items() if max(kept.missing) > 0}
    return _heat(found, rows, "Share of customers without a value", limit=1.0, top=top)


def drift_figure(found: Profile, *, top: int = 25) -> Figure:
    """Draw how far each feature's spread moved from the first cutoff (PSI), most first."""
    rows = {name: kept.psi for name, kept in found.features.items()}
    title = f"Drift from the first cutoff (PSI; much from {MUCH:g})"
    return _heat(found, rows, title, limit=2 * MUCH, top=top)


def distributions_figure(found: Profile, names: Iterable[str]) -> Figure:
    """Draw how values are spread at the first cutoff (grey) and at the last.

    Raises
    ------
    KeyError
        If a feature was not profiled.
    """
    chosen = list(names)
    across = min(3, max(1, len(chosen)))
    down = ceil(len(chosen) / across)
    figure = Figure(figsize=(3.2 * across, 2.2 * down), layout="constrained")
    for place, name in enumerate(chosen):
        axes = figure.add_subplot(down, across, place + 1)
        _plain(axes, name)
        kept = found.features[name]
        if not kept.edges:
            axes.text(0.5, 0.5, "no values", ha="center", color=QUIET)
            continue
        edges = np.array(kept.edges)
        for counts, colour, strength in (
            (kept.histogram[0], QUIET, 0.6),
            (kept.histogram[-1], LOWER, 0.5),
        ):
            shares = np.array(counts) / max(sum(counts), 1)
            axes.bar(edges[:-1], shares, np.diff(edges), align="edge", color=colour, alpha=strength)
        axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    return figure


def _heat(
    found: Profile, rows: dict[str, list[float]], title: str, *, limit: float, top: int
) -> Figure:
    """Draw a table of shades: features down, cutoffs across."""
    names = sorted(rows, key=lambda name: (-max(rows[name]), name))[:top]
    figure, axes = _blank(title, height=1.2 + 0.22 * len(names))
    if not names:
        axes.text(0.5, 0.5, "nothing to show", ha="center", color=QUIET)
        return figure
    shades = np.array([rows[name] for name in names])
    drawn = axes.imshow(shades, aspect="auto", cmap="Oranges", vmin=0, vmax=limit)
    days = [f"{from_micros(cutoff):%Y-%m-%d}" for cutoff in found.cutoffs]
    axes.set_xticks(range(len(days)), days, rotation=90)
    axes.set_yticks(range(len(names)), names)
    figure.colorbar(drawn, ax=axes)
    return figure


def _blank(title: str, *, height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(7.2, height), layout="constrained")
    axes = figure.subplots()
    _plain(axes, title)
    return figure, axes


def _plain(axes: Axes, title: str) -> None:
    axes.set_title(title, loc="left", fontsize="medium")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
