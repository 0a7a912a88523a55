"""`bellwether tenants`: whose records are here, and what time it is for them."""

from __future__ import annotations

import json

import click

from workbench.cli import home
from workbench.cli.console import examples, table
from workbench.cli.removal import remove
from workbench.records import open_records


@click.group(
    invoke_without_command=True,
    epilog=examples(
        "bellwether tenants", "bellwether tenants list --json", "bellwether tenants remove acme"
    ),
)
@click.pass_context
def tenants(ctx: click.Context) -> None:
    """List the tenants of the record store, or remove one."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(listing, as_json=False)


@tenants.command("list", epilog=examples("bellwether tenants list --json"))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def listing(as_json: bool) -> None:
    """List every tenant with its size, currency, zone and clock."""
    from commerce.records.database import reading
    from commerce.records.stream import stream_state
    from commerce.records.tenants import clock, list_tenants

    engine = open_records(home.settings())
    now = home.now()
    with reading(engine) as connection:
        rows = [
            {
                "tenant": tenant.slug,
                "events": stream_state(connection, tenant.id).events,
                "currency": tenant.currency,
                "timezone": tenant.zone.key,
                "clock": clock(connection, tenant, now=now).isoformat(),
            }
            for tenant in list_tenants(connection)
        ]
    if as_json:
        click.echo(json.dumps(rows, indent=1))
    elif rows:
        heads = list(rows[0])
        click.echo(
            table(
                heads,
                [
                    [
                        f"{value:,}" if isinstance(value, int) else str(value)
                        for value in row.values()
                    ]
                    for row in rows
                ],
            )
        )
    else:
        click.echo(
            "  no tenants yet; type `bellwether demo`, or `bellwether import transactions --help`"
        )


tenants.add_command(remove)
