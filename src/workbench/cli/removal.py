"""`bellwether tenants remove`: a tenant with all that it has, in the record store and in the home."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbench.cli import home
from workbench.cli.console import examples
from workbench.cli.outcomes import shorten
from workbench.cli.refusals import Refusal
from workbench.records import open_records
from workbench.runs.lock import run_lock

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from commerce.records.tenants import Tenant
    from workbench.settings import Settings

_SHOWN = {
    "customer": "customers",
    "orders": "orders",
    "event": "events",
    "score": "scores",
    "file_import": "imports",
    "users": "users",
}
"""Tables that people ask about, and their words for the rows."""


@click.command(
    epilog=examples("bellwether tenants remove acme", "bellwether tenants remove trial --yes")
)
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(name: str, yes: bool) -> None:
    """Remove the tenant NAME with all that it has: records, scores, packages, snapshots, reports and runs.

    There is no way back. What MLflow tracked stays in mlruns/, and a service that was built keeps its copy of the
    models.
    """
    from commerce.records.database import reading
    from commerce.records.tenants import find_tenant

    settings = home.settings()
    engine = open_records(settings)
    with reading(engine) as connection:
        tenant = find_tenant(connection, name)
    remove_whole(settings, engine, tenant, yes=yes)


def remove_whole(settings: Settings, engine: Engine, tenant: Tenant, *, yes: bool) -> None:
    """Say what will go, ask for the tenant's name unless told not to, and remove all of it.

    Raises
    ------
    Refusal
        "name must be typed as it stands to remove the tenant; got 'acm'. Nothing was removed."
    """
    from commerce.records.database import reading
    from commerce.records.removal import count_rows, remove_tenant, tables_of_tenants
    from serving.schema import TABLES
    from workbench.runs.history import History
    from workbench.runs.index import write_index

    lock = settings.runs / "locks" / f"{tenant.slug}.lock"
    with run_lock(
        lock,
        subject=f"run of tenant {tenant.slug!r}",
        command="bellwether tenants remove",
        now=home.now(),
    ):
        with reading(engine) as connection:
            counted = count_rows(connection, tenant, tables_of_tenants(*TABLES))
        rows = ", ".join(f"{counted[table]:,} {words}" for table, words in _SHOWN.items())
        folders = [path for path in _folders(settings, tenant.slug) if path.exists()]
        click.echo(f"  tenant {tenant.slug} has {rows}; {sum(counted.values()):,} rows in all")
        if folders:
            click.echo(f"  and {', '.join(shorten(str(path), settings.home) for path in folders)}")
        if not yes:
            typed = click.prompt("  There is no way back. Type the tenant's name to remove it")
            if typed != tenant.slug:
                raise Refusal(
                    f"name must be typed as it stands to remove the tenant; got {typed!r}. Nothing was removed."
                )
        for path in folders:  # first, so that what a kill leaves is found again by the tenant's row
            shutil.rmtree(path)
        remove_tenant(engine, tenant, *TABLES)
        if settings.reports.exists():
            write_index(History(settings.runs), settings.reports)
    lock.unlink(missing_ok=True)
    click.echo(f"  removed: tenant {tenant.slug}; what MLflow tracked of it stays in mlruns/")


def _folders(settings: Settings, slug: str) -> list[Path]:
    """List every folder of the home that is a tenant's."""
    roots = ("raw", "snapshots", "features", "packages", "shadows", "runs", "reports")
    return [getattr(settings, root) / slug for root in roots]
