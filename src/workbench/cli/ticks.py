"""`bellwether tick`: what comes due by the clock alone, moved now."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from workbench.cli import home
from workbench.cli.console import EXIT_CODES, examples
from workbench.records import open_records

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from commerce.records.tenants import Tenant


@click.command(
    epilog=examples(
        "bellwether tick",
        "bellwether tick --tenant acme --now 2026-01-31T12:00 --json",
        '(crontab -l; echo "* * * * * cd $PWD && .venv/bin/bellwether tick") | crontab -',
    )
    + EXIT_CODES
)
@click.option("--tenant", metavar="NAME", help="Only this one; default: every shop that lives.")
@click.option(
    "--now", metavar="INSTANT", help="ISO 8601, in the tenant's zone; default: its clock."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def tick(tenant: str | None, now: str | None, as_json: bool) -> None:
    """Move what is due: auctions, orders, invoices, proofs; then notify and send mail.

    A server does so by itself every minute, and so does `bellwether work`; where neither runs, let cron call it. It is
    safe to call at any time, twice, and beside another: each record moves once, in a transaction of its own. Tenants
    with imported or simulated records stand still unless named.

    With STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET, Stripe is asked again what it was not asked or did not answer.
    MAIL_URL says how mail goes out: console: (the default, on standard error), smtp://user:password@host or
    smtps://...; MAIL_FROM is the sender.
    """
    from commerce.records.database import reading
    from commerce.records.instants import parse_as_of
    from commerce.records.tenants import clock
    from commerce.ticks import outside_of
    from commerce.ticks import tick as move
    from serving.settings import DoorSettings

    engine = open_records(home.settings())
    environ = home.environ()
    debug = DoorSettings.from_env(environ).debug
    outside = outside_of(environ, sys.stderr, debug=debug)._asdict()
    with reading(engine) as connection:
        times = [
            (each, parse_as_of(now, each.zone) if now else clock(connection, each, now=home.now()))
            for each in _chosen(connection, tenant)
        ]
    reports = [move(engine, each, now=at, **outside) for each, at in times]
    if as_json:
        click.echo(json.dumps([asdict(report) for report in reports], indent=1, default=str))
        return
    for report in reports:
        click.echo(f"  {report.tenant}: {report.sentence}")
        for sentence in report.refused:
            click.echo(f"    {sentence}")
    if not reports:
        click.echo("  no living shop; name a tenant with --tenant, or open one with create-admin")


def _chosen(connection: Connection, tenant: str | None) -> list[Tenant]:
    """Find the named tenant, or every open one that goes by the wall's clock."""
    from commerce.records.tenants import find_tenant
    from commerce.ticks import living

    return living(connection) if tenant is None else [find_tenant(connection, tenant)]
