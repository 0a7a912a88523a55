"""`bellwether scorecard`: a credit model as a table of points, to be read and to be taken elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import click

from workbench.cli import home
from workbench.cli.console import examples, table
from workbench.cli.models.showing import found_package, named_model, whose
from workbench.errors import PlanError


@click.group(
    epilog=examples(
        "bellwether scorecard show demo.credit",
        "bellwether scorecard export demo.credit --to credit.sql",
    )
)
def scorecard() -> None:
    """Look at a credit model as a table of points.

    A model that adds up bins of single features is such a table; `bellwether models set credit --form scorecard` asks
    for one. NAME is as for `bellwether models`; without a version, the champion is meant.
    """


@scorecard.command(
    epilog=examples(
        "bellwether scorecard show demo.credit", "bellwether scorecard show demo.credit/2 --json"
    )
)
@named_model
@whose
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(model: str, tenant: str | None, as_json: bool) -> None:
    """Show the points of each characteristic, bin by bin, the one that matters most first.

    Everybody begins with the base points; 50 points double the odds of being paid, 700 points are odds of 20 to 1.
    """
    from scoring.points import points_table

    card = points_table(found_package(home.settings(), model, tenant))
    if as_json:
        click.echo(json.dumps(card.as_dict(), indent=1))
        return
    rows = [["base points", "", f"{card.base:.1f}"]]
    for each in card.characteristics:
        for place, part in enumerate(each.bins):
            rows.append([each.name if place == 0 else "", str(part), f"{part.points:+.1f}"])
        rows.append(["", "missing", f"{each.missing:+.1f}"])
    click.echo(table([card.label, "value", "points"], rows, left=(0, 1)))
    if card.curve:
        click.echo("  the sum is converted by a curve of calibration, which the exports hold")
    for group in card.groups:
        click.echo(
            f"  {group.name}: score = {group.line.times:.3f} x points {group.line.plus:+.1f}"
        )


@scorecard.command(
    epilog=examples(
        "bellwether scorecard export demo.credit --to credit.csv",
        "bellwether scorecard export demo.credit --to credit.sql --force",
    )
)
@named_model
@whose
@click.option(
    "--to",
    "target",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file: .csv, .json or .sql.",
)
@click.option("--force", is_flag=True, help="Replace a file that is there.")
def export(model: str, tenant: str | None, target: Path, force: bool) -> None:
    """Write the table of points to a file.

    .csv has a row per bin; .json all of it; .sql a query that gives the score of every row of a table `features`, in
    SQLite, DuckDB or PostgreSQL, the same as the service gives.
    """
    from scoring.points import points_table
    from workbench.scorecards import check_target, write_scorecard

    check_target(target)
    if target.exists() and not force:
        raise PlanError(f"file must be new; got {str(target)!r}. Add --force to replace it.")
    card = points_table(found_package(home.settings(), model, tenant))
    write_scorecard(card, target)
    click.echo(f"  {card.label}, {len(card.characteristics)} characteristics: {target}")
