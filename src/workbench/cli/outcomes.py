"""What the console says of a run: a line for each step, a table of the trainings, what moved, what failed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from workbench.cli.console import table
from workbench.runs.champions import champion_state
from workbench.runs.execution import Outcome
from workbench.runs.exit_status import LEFT_OUT, SUCCEEDED
from workbench.runs.plan import REVIEW, SCORE, TRAIN, PipelineResult
from workbench.settings import Settings

_FIGURES = ("auc", "logistic_auc", "brier", "base_rate")


def progress_line(outcome: Outcome, root: Path) -> str:
    """Say in one line what a step came to.

    The page's path stands for a review; every other step gives its own headline.
    """
    record = outcome.record
    if not outcome.succeeded:
        ending = "left out" if outcome.exit_status is LEFT_OUT else "failed"
        return f"  {record.label:<19} {ending}  {record.sentence}"
    spent = f"{record.seconds:.0f} s" if outcome.fresh else "kept"
    text = str(outcome.result.get("headline", ""))
    if record.notebook == REVIEW:
        text = shorten(record.page, root)
    return f"  {record.label:<19} {spent:>6}  {text}"


def shorten(path: str, root: Path) -> str:
    """Give a path below a folder relative to it."""
    place = Path(path)
    return str(place.relative_to(root)) if place.is_relative_to(root) else path


def conclude(
    result: PipelineResult, settings: Settings, *, tenant: str, asked: list[str] | None
) -> int:
    """Print what a run came to; give the exit code."""
    if summary := summary_table(result, settings):
        click.echo(f"\n{summary}")
    for line in moved_lines(result, settings.home):
        click.echo(f"  {line}")
    for outcome in result.failures:
        folder = shorten(str(outcome.folder), settings.home)
        click.echo(
            f"bellwether: {outcome.record.label} failed ({outcome.exit_status.name}): {outcome.record.sentence}\n"
            f"  executed so far: {folder}/executed.ipynb\n"
            f"  page:            {folder}/page.html\n"
            f"  log:             {folder}/log.txt",
            err=True,
        )
    if result.failures:
        return result.failures[0].exit_status.code
    if any(name in result.skipped for name in asked or []):
        return LEFT_OUT.code
    if not result.changed:
        click.echo(f"  nothing to do: tenant {tenant} is up to date")
    return SUCCEEDED.code


def summary_table(result: PipelineResult, settings: Settings) -> str:
    """Lay out each training's figures by the version they are of, and who is champion by now; empty without any."""
    pages = {outcome.record.model: outcome.record.page for outcome in result.of(REVIEW)}
    rows = []
    for outcome in result.of(TRAIN):
        figures = outcome.result["figures"]
        page = pages.get(outcome.record.model, "")
        version = outcome.result.get("outputs", {}).get("label")
        record = outcome.record
        now = champion_state(settings.packages, record.tenant, record.model)
        champion = now and f"{record.tenant}.{record.model}/{now['version']}"
        rows.append(
            [
                str(version or outcome.record.model),
                *(_number(figures.get(name)) for name in _FIGURES),
                "itself" if champion and champion == version else f"{champion or 'none'}",
                shorten(page, settings.home) or "-",
            ]
        )
    if not rows:
        return ""
    return table(["version", "AUC", "logistic", "Brier", "base rate", "champion", "report"], rows)


def moved_lines(result: PipelineResult, root: Path) -> Iterator[str]:
    """Say of each champion what moved since it was trained, figures that broke a promise first, and where to look."""
    for notebook in (REVIEW, SCORE):
        for outcome in result.of(notebook):
            for sentence in outcome.result.get("figures", {}).get("moved", ()):
                yield f"{sentence} Look at {shorten(outcome.record.page, root) or notebook}."


def _number(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, (int, float)) else "-"
