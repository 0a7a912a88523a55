"""`bellwether simulate`: a coherent shop that never was, and the oracle that judges it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

import click

from workbench.cli import home
from workbench.cli.console import Bar, examples, table
from workbench.records import open_records
from workbench.runs.exit_status import FINDINGS

if TYPE_CHECKING:
    from simulation import SimulationOptions, SimulationSummary

_SHOP, _ORACLE, _LIVE = 2_000, 20_000, 200
_DAYS, _LIVE_DAYS = 731, 180
_JOBS = 2


@click.command(
    epilog=examples(
        "bellwether simulate --tenant toys --customers 500 --days 731 --seed 3",
        "bellwether run --tenant toys",
        "bellwether simulate --live --tenant corner --customers 200 --days 180",
        "bellwether simulate --oracle",
    )
)
@click.option("--tenant", help="Name of the shop: a-z, 0-9, - and _; created if new.")
@click.option(
    "--customers",
    type=int,
    help=f"How many ever register. Default: {_SHOP:,}; live {_LIVE:,}; for the oracle {_ORACLE:,}.",
)
@click.option(
    "--days",
    type=int,
    help=f"How long the shop has been open. Default: {_DAYS}; live {_LIVE_DAYS}.",
)
@click.option("--seed", type=int, default=7, show_default=True, help="Which of all possible shops.")
@click.option(
    "--start",
    type=click.DateTime(["%Y-%m-%d"]),
    help="First day; by default such that the shop's clock stands at 2026-01-01.",
)
@click.option("--currency", default="EUR", show_default=True, help="ISO 4217 code.")
@click.option("--timezone", default="Europe/Berlin", show_default=True, help="IANA name.")
@click.option(
    "--oracle",
    is_flag=True,
    help="Keep nothing, but say how well anybody could predict on such a shop.",
)
@click.option(
    "--live",
    is_flag=True,
    help="Let everything really happen through the shop's own workflows: about 4 seconds per 1,000 events.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def simulate(
    ctx: click.Context,
    tenant: str | None,
    customers: int | None,
    days: int | None,
    seed: int,
    start: datetime | None,
    currency: str,
    timezone: str,
    oracle: bool,
    live: bool,
    as_json: bool,
) -> None:
    """Fill a tenant with a simulated shop, or ask the oracle about one.

    Spend is heavy-tailed, customers come in cohorts and lapse, some pay later and late, parcels are late,
    goods come back, auctions are bid for, stars are given, payments disputed. The same options give the same
    records, byte for byte. What the customers secretly are goes to data/raw/truth/TENANT.csv, never into the
    records.

    With --live the same customers act: each order, payment, bid and parcel is a transaction of the shop, under
    its rules, so that what is ordered can be returned, refunded and disputed afterwards as in any shop. The
    tenant must be new; what happened waits in the outbox for `bellwether tick --tenant TENANT`. What the
    shop's rules did not allow is counted.

    With --oracle the learner is also given those secrets, on ten times the customers. The simulator is
    accepted if that ceiling lies between .75 and .90 and the best single feature .05 or more below it; else
    the command exits with 9. It takes five to ten minutes on two cores and leaves nothing behind.
    """
    from simulation import SimulationOptions

    if oracle == (tenant is not None):
        raise click.UsageError(
            "simulate must be given --tenant or --oracle, not both; got"
            f" {'both' if oracle else 'neither'}. Name a shop to keep, or ask the oracle."
        )
    if oracle and live:
        raise click.UsageError(
            "simulate must be given --live or --oracle, not both; got both. Leave one out."
        )
    usual = (_LIVE, _LIVE_DAYS) if live else (_ORACLE if oracle else _SHOP, _DAYS)
    options = SimulationOptions(
        customers=customers if customers is not None else usual[0],
        days=days if days is not None else usual[1],
        seed=seed,
        start=start.date() if start else None,
        currency=currency,
        zone=timezone,
    )
    if tenant is None:
        if not _consult(options, as_json=as_json):
            ctx.exit(FINDINGS.code)
    elif live:
        _play(tenant, options, as_json=as_json)
    else:
        _fill(tenant, options, as_json=as_json)


def fill(tenant: str, options: SimulationOptions) -> SimulationSummary:
    """Write a shop into the record store."""
    from simulation import simulate

    settings = home.settings()
    engine, truth = open_records(settings), settings.raw / "truth"
    with Bar() as bar:
        made = simulate(engine, tenant, options, now=home.now(), truth_folder=truth, progress=bar)
    engine.dispose()
    return made


def _fill(tenant: str, options: SimulationOptions, *, as_json: bool) -> None:
    """Write a shop into the record store, and say so."""
    made = fill(tenant, options)
    if as_json:
        click.echo(json.dumps(made.as_dict(), indent=1))
    elif made.events:
        click.echo(
            f"  tenant {tenant}: {made.customers:,} customers, {made.orders:,} orders,"
            f" {made.events:,} events, clock {made.clock:%Y-%m-%d %H:%M} UTC"
        )
        click.echo(f"  next: bellwether run --tenant {tenant}")
    else:
        click.echo(f"  nothing to do: tenant {tenant} holds this very shop already")


def _play(tenant: str, options: SimulationOptions, *, as_json: bool) -> None:
    """Let a shop happen in the record store."""
    from simulation.live.simulation import simulate_live

    settings = home.settings()
    with Bar() as bar:
        made = simulate_live(
            open_records(settings),
            tenant,
            options,
            truth_folder=settings.raw / "truth",
            progress=bar,
        )
    if as_json:
        click.echo(json.dumps(made.as_dict(), indent=1))
        return
    refused = ", ".join(f"{count} {word}" for word, count in sorted(made.refused.items()))
    click.echo(
        f"  tenant {tenant}: {made.customers:,} customers, {made.orders:,} orders, {made.events:,} events"
        f" by {made.acts:,} acts, clock {made.clock:%Y-%m-%d %H:%M} UTC"
    )
    click.echo(f"  refused by the shop's rules: {refused or 'nothing'}")
    click.echo(f"  next: bellwether run --tenant {tenant}")


def _consult(options: SimulationOptions, *, as_json: bool) -> bool:
    """Ask the oracle about a shop in a home that goes with the question; says whether it accepts."""
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from workbench.oracle import ask_oracle

    def say(text: str) -> None:
        click.echo(f"  {text}", err=True)

    with TemporaryDirectory(prefix="bellwether-oracle-") as folder, Bar() as bar:
        found = list(
            ask_oracle(Path(folder), options, now=home.now(), jobs=_JOBS, progress=bar, note=say)
        )
    if as_json:
        click.echo(json.dumps([each.as_dict() for each in found], indent=1))
    else:
        click.echo(
            table(
                ["model", "ceiling", "observed only", "best single", "feature", "accepted"],
                [
                    [
                        each.model,
                        *(f"{auc:.3f}" for auc in (each.ceiling, each.observed, each.single)),
                        each.feature,
                        "yes" if each.accepted else "no",
                    ]
                    for each in found
                ],
            )
        )
    return all(each.accepted for each in found)
