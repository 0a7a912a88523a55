"""`bellwether campaign list`: the campaigns of a shop."""

from __future__ import annotations

import json

import click

from workbench.cli import home
from workbench.cli.console import examples, table
from workbench.records import open_records


@click.command(
    "list",
    epilog=examples("bellwether campaign list", "bellwether campaign list --tenant acme --json"),
)
@click.option("--tenant", help="Whose; may be left out where there is only one tenant.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def listing(tenant: str | None, as_json: bool) -> None:
    """List the campaigns of a shop, the last first."""
    from commerce.campaigns.offers import list_campaigns
    from commerce.records.actors import SYSTEM
    from commerce.records.database import reading
    from commerce.records.money import format_money
    from commerce.records.work import looking

    engine = open_records(home.settings())
    with reading(engine) as connection:
        shop = home.choose_tenant(connection, tenant)
    with looking(engine, shop, SYSTEM, now=home.now()) as work:
        known = list_campaigns(work)
    if as_json:
        click.echo(json.dumps([each._asdict() for each in known], indent=1, default=str))
        return
    if not known:
        click.echo("  no campaign yet; type `bellwether campaign start churn --dry-run`")
        return
    rows = [
        [
            each.name,
            each.model_version,
            f"{each.started_at.astimezone(shop.zone):%Y-%m-%d}",
            f"{each.ends_at.astimezone(shop.zone):%Y-%m-%d}",
            f"{each.offers:,}",
            f"{each.withheld:,}",
            format_money(each.cost_minor, shop.currency),
            format_money(each.promised_minor, shop.currency),
        ]
        for each in known
    ]
    heads = ["campaign", "model", "started", "ends", "offers", "held out", "cost", "promised"]
    click.echo(table(heads, rows))
