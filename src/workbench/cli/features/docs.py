"""`bellwether features docs`: the reference page, written anew."""

from __future__ import annotations

from pathlib import Path

import click

from workbench.cli import home
from workbench.cli.console import examples


@click.command(
    epilog=examples("bellwether features docs", "bellwether features docs --out features.md")
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to.  [default: docs/features.md of the project]",
)
def docs(out: Path | None) -> None:
    """Write the page of all features from their declarations."""
    from features.catalogue import CATALOGUE
    from features.reference import page
    from workbench.errors import PlanError

    project = home.settings().project
    if out is None and project is None:
        raise PlanError("page must have a place; got no project around it. Name one with --out.")
    place = out or (project or Path()) / "docs" / "features.md"
    text = page(CATALOGUE)
    if place.is_file() and place.read_text(encoding="utf-8") == text:
        click.echo(f"  {place}: says what is declared already")
        return
    place.write_text(text, encoding="utf-8")
    click.echo(f"  {place}: {len(CATALOGUE.names)} features")
