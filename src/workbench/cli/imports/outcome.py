"""What an import did, in lines or as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbench.cli.running import shorten
from workbench.settings import Settings

if TYPE_CHECKING:
    from importing.engine.summary import ImportSummary


def show_summary(summary: ImportSummary, file: Path, settings: Settings, *, as_json: bool) -> None:
    """Say what an import did."""
    if as_json:
        click.echo(json.dumps(summary.as_dict()))
        return
    click.echo(f"  reading {file}: {summary.detected.sentence()}")
    refused = ""
    if summary.rejects is not None:
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in summary.reasons.items())
        refused = f" (see {shorten(str(summary.rejects), settings.home)}: {reasons})"
    click.echo(
        f"  {summary.rows_read:,} rows: {summary.rows_accepted:,} in,"
        f" {summary.rows_duplicate:,} known already, {summary.rows_rejected:,} refused{refused}"
    )
    click.echo(
        f"  new: {summary.customers:,} customers, {summary.orders:,} orders, {summary.events:,} events;"
        f" tenant {summary.tenant} counts in {summary.currency}, days begin in {summary.timezone}"
    )
    if summary.rows_accepted:
        click.echo(f"  next: bellwether run --tenant {summary.tenant}")
