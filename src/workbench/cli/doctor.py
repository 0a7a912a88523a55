"""`bellwether doctor`: whether the records add up."""

from __future__ import annotations

import click

from workbench.cli import home
from workbench.cli.console import examples
from workbench.records import open_records
from workbench.runs.exit_status import FINDINGS


@click.command(epilog=examples("bellwether doctor", "bellwether doctor --tenant acme"))
@click.option("--tenant", help="Only this tenant's records.")
@click.pass_context
def doctor(ctx: click.Context, tenant: str | None) -> None:
    """Check that the records add up.

    Every posting balances, posted totals equal what was captured less what was refunded, nothing refers to
    what is not there, and no instant lacks its zone. Exits with 9 where something was found.
    """
    from commerce.records.database import reading
    from commerce.records.doctor import examine
    from commerce.records.tenants import find_tenant

    engine = open_records(home.settings())
    with reading(engine) as connection:
        found = examine(connection, find_tenant(connection, tenant) if tenant else None)
    for finding in found:
        click.echo(f"  {finding}")
    if found:
        click.echo(f"  {len(found)} findings", err=True)
        ctx.exit(FINDINGS.code)
    click.echo("  nothing found: the records add up")
