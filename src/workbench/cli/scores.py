"""`bellwether scores export`: kept scores as a file."""

from __future__ import annotations

import json
from pathlib import Path

import click

from workbench.cli import home
from workbench.cli.console import examples
from workbench.errors import PlanError
from workbench.records import open_records


@click.group(
    epilog=examples("bellwether scores export --tenant demo --model churn --to churn.xlsx")
)
def scores() -> None:
    """Take kept scores out of the record store."""


@scores.command(
    epilog=examples(
        "bellwether scores export --tenant demo --model churn --to churn.xlsx",
        "bellwether scores export --model credit --to credit.csv --as-of 2026-01-31 --force",
    )
)
@click.option("--tenant", metavar="NAME", help="Whose customers; default: the only one.")
@click.option("--model", required=True, help="Which scores: churn or credit.")
@click.option(
    "--to",
    "target",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file: .csv, .xlsx or .parquet.",
)
@click.option("--as-of", metavar="DATE", help="As of when; default: the shop's clock.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
def export(
    tenant: str | None, model: str, target: Path, as_of: str | None, force: bool, as_json: bool
) -> None:
    """Write each customer's latest score to a file, by the shop's own customer id.

    One row per customer: what to do, the probability, the money, why, and which version said so. Nothing is computed
    anew: `bellwether run` and `bellwether recompute-scores` do that. A text that begins like a formula stays a text.
    """
    from commerce.records.database import reading
    from commerce.records.tenants import clock, settle_as_of
    from training.specs import find_spec
    from workbench.exports import export_table
    from workbench.score_files import check_target, latest_per_customer

    name = find_spec(model).name
    check_target(target, force=force)
    engine = open_records(home.settings())
    with reading(engine) as connection:
        shop = home.choose_tenant(connection, tenant)
        instant = settle_as_of(as_of, shop, clock(connection, shop, now=home.now()))
        frame = latest_per_customer(connection, shop, name, instant)
    engine.dispose()
    if frame.empty:
        raise PlanError(
            f"scores of {shop.slug}.{name} must be kept to be exported; got none as of {instant:%Y-%m-%d %H:%M} UTC."
            f" Score customers first: bellwether run --tenant {shop.slug} --models {name}"
        )
    export_table(frame, target)
    if as_json:
        told = {"tenant": shop.slug, "model": name, "rows": len(frame), "file": str(target)}
        click.echo(json.dumps(told | {"as_of": instant.isoformat()}, indent=1))
        return
    click.echo(
        f"  {len(frame):,} customers of {shop.slug}, scored for {name} as of {instant:%Y-%m-%d %H:%M} UTC: {target}"
    )
