"""`bellwether simulate`: a coherent shop that never was."""

from __future__ import annotations

from datetime import datetime

import click

from workbench.cli import home
from workbench.cli.console import Bar, examples
from workbench.records import open_records


@click.command(
    epilog=examples(
        "bellwether simulate --tenant toys --customers 500 --days 731 --seed 3",
        "bellwether run --tenant toys",
    )
)
@click.option(
    "--tenant", required=True, help="Name of the shop: a-z, 0-9, - and _; created if new."
)
@click.option(
    "--customers", type=int, default=2000, show_default=True, help="How many ever register."
)
@click.option(
    "--days", type=int, default=731, show_default=True, help="How long the shop has been open."
)
@click.option("--seed", type=int, default=7, show_default=True, help="Which of all possible shops.")
@click.option(
    "--start",
    type=click.DateTime(["%Y-%m-%d"]),
    help="First day; by default such that the shop's clock stands at 2026-01-01.",
)
@click.option("--currency", default="EUR", show_default=True, help="ISO 4217 code.")
@click.option("--timezone", default="Europe/Berlin", show_default=True, help="IANA name.")
def simulate(
    tenant: str,
    customers: int,
    days: int,
    seed: int,
    start: datetime | None,
    currency: str,
    timezone: str,
) -> None:
    """Fill a tenant with a simulated shop.

    Spend is heavy-tailed, customers come in cohorts and lapse, some pay later and late, parcels are late,
    goods come back. The same options give the same records, byte for byte. What the customers secretly are
    goes to data/raw/truth/TENANT.csv, never into the records.
    """
    from simulation import SimulationOptions
    from simulation import simulate as fill

    settings = home.settings()
    options = SimulationOptions(
        customers=customers,
        days=days,
        seed=seed,
        start=start.date() if start else None,
        currency=currency,
        zone=timezone,
    )
    engine = open_records(settings)
    with Bar() as bar:
        made = fill(
            engine,
            tenant,
            options,
            now=home.now(),
            truth_folder=settings.raw / "truth",
            progress=bar,
        )
    if made.events:
        click.echo(
            f"  tenant {tenant}: {made.customers:,} customers, {made.orders:,} orders,"
            f" {made.events:,} events, clock {made.clock:%Y-%m-%d %H:%M} UTC"
        )
        click.echo(f"  next: bellwether run --tenant {tenant}")
    else:
        click.echo(f"  nothing to do: tenant {tenant} holds this very shop already")
