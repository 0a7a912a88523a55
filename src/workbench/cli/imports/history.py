"""`bellwether import list` and `undo`: what came in, and taking it back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from workbench.cli import home
from workbench.cli.console import examples, table
from workbench.cli.imports.saved import saved_imports
from workbench.cli.refusals import Refusal
from workbench.records import open_records

if TYPE_CHECKING:
    from sqlalchemy import Row

    from commerce.records.tenants import Tenant


@click.command(
    "list", epilog=examples("bellwether import list", "bellwether import list --tenant acme --json")
)
@click.option("--tenant", help="Only this one's; without it, every tenant's.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def listing(tenant: str | None, as_json: bool) -> None:
    """List the files that came in, and the options that are saved for `bellwether import again`."""
    from commerce.records.database import reading
    from commerce.records.tenants import find_tenant, list_tenants
    from importing.engine.logbook import list_imports

    engine = open_records(home.settings())
    with reading(engine) as connection:
        chosen = [find_tenant(connection, tenant)] if tenant else list_tenants(connection)
        found = [_described(each, row) for each in chosen for row in list_imports(connection, each)]
    saved = saved_imports()
    if as_json:
        kept = [{"name": one.name, "kind": one.kind, "options": one.options} for one in saved]
        click.echo(json.dumps({"imports": found, "saved": kept}, indent=1))
        return
    if found:
        heads = ("tenant", "import", "kind", "file", "orders", "events", "came in", "state")
        rows = [
            [f"{row[head]:,}" if isinstance(row[head], int) else row[head] for head in heads]
            for row in found
        ]
        click.echo(table(heads, rows))
    else:
        click.echo("  no imports yet; type `bellwether import transactions --help`")
    for one in saved:
        said = " ".join(f"--{name} {_shown(value)}" for name, value in one.options.items())
        click.echo(f"  saved as {one.name}: import {one.kind} FILE {said}")


def _described(tenant: Tenant, row: Row[Any]) -> dict[str, Any]:
    """Describe an import for people, its instants on the tenant's clock."""
    state = "" if row.finished_at is not None else "not finished: import the file again"
    if row.undone_at is not None:
        state = f"undone {row.undone_at.astimezone(tenant.zone):%Y-%m-%d %H:%M}"
    return {
        "tenant": tenant.slug,
        "import": row.number,
        "kind": row.kind,
        "file": row.name,
        "digest": row.digest,
        "options": row.options,
        "rows_read": row.rows_read,
        "rows_rejected": row.rows_rejected,
        "customers": row.customers,
        "orders": row.orders,
        "events": row.events,
        "came in": f"{row.started_at.astimezone(tenant.zone):%Y-%m-%d %H:%M}",
        "state": state,
    }


def _shown(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


@click.command(
    epilog=examples(
        "bellwether import undo 3 --tenant acme", "bellwether import undo 3 --tenant acme --yes"
    )
)
@click.argument("number", type=click.IntRange(1))
@click.option("--tenant", help="Whose import; not needed where there is one tenant.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def undo(number: int, tenant: str | None, yes: bool) -> None:
    """Take import NUMBER back: its events count no more, as of earlier cutoffs neither.

    Nothing that was computed before changes: answers given can still be rebuilt. Orders become cancelled,
    money goes back, and the same file can be imported again. Where nothing else is recorded of the tenant, and nothing
    was computed of it, the tenant is removed whole. `bellwether import list` shows the numbers.
    """
    from commerce.records.database import reading
    from importing.engine.undoing import find_import, is_all_there_is, undo_import
    from workbench.backfills import retrain_lines
    from workbench.cli.removal import remove_whole

    settings = home.settings()
    engine = open_records(settings)
    with reading(engine) as connection:
        chosen = home.choose_tenant(connection, tenant)
        found = find_import(connection, chosen, number)
        alone = is_all_there_is(connection, chosen, number)
    click.echo(
        f"  import {number} of tenant {chosen.slug}: {found.kind} {found.name},"
        f" {found.customers:,} customers, {found.orders:,} orders, {found.events:,} events"
    )
    if alone:
        click.echo("  nothing else is recorded of the tenant, and nothing was computed of it")
        remove_whole(settings, engine, chosen, yes=yes)
        return
    if not yes and not click.confirm("  Its events will count no more. Undo it?"):
        raise Refusal("import must be confirmed to be undone; got no. Nothing was changed.")
    count = undo_import(engine, chosen.slug, number, now=home.now())
    click.echo(
        f"  undone: {count:,} events count no more, for no cutoff; the file can be imported again, with --backfill as"
        " if it had been there from the first"
    )
    with reading(engine) as connection:
        for line in retrain_lines(connection, settings, chosen):
            click.echo(f"  {line}")
    click.echo(f"  next: bellwether run --tenant {chosen.slug}")
