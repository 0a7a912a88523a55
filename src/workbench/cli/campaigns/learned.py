"""`bellwether campaign learned`: what all finished campaigns teach of success."""

from __future__ import annotations

import click

from workbench.cli import home
from workbench.cli.console import examples
from workbench.records import open_records


@click.command(epilog=examples("bellwether campaign learned --tenant acme --model churn"))
@click.option("--tenant", help="Whose; may be left out where there is only one tenant.")
@click.option("--model", default="churn", show_default=True, help="Whose campaigns.")
def learned(tenant: str | None, model: str) -> None:
    """Say how many of those who would have left offers kept, by state and recency.

    All campaigns whose horizon has passed count, each compared within itself.
    """
    from analytics.campaigns import learned_success
    from analytics.mart import Mart
    from workbench.cli.campaigns.report import group_table

    settings = home.settings()
    engine = open_records(settings)
    with Mart(engine, home.tenant_slug(tenant), settings.snapshots) as mart:
        groups = learned_success(mart.look(home.now()), model)
    if groups:
        click.echo(group_table(groups))
    else:
        click.echo(f"  no campaign of {model} has come to its end yet")
