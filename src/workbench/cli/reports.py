"""`bellwether reports`: where the pages for people are."""

from __future__ import annotations

import click

from workbench.cli import home
from workbench.cli.console import examples, table


@click.command(epilog=examples("bellwether reports", "bellwether reports --tenant demo"))
@click.option("--tenant", help="Only this tenant's.")
@click.option("--last", type=click.IntRange(1), default=20, show_default=True, help="How many.")
def reports(tenant: str | None, last: int) -> None:
    """List the latest runs with their pages.

    Also writes the index of all of them, data/reports/index.html.
    """
    from workbench.runs.history import History
    from workbench.runs.index import latest, write_index

    settings = home.settings()
    history = History(settings.runs)
    records = [
        record for record in latest(history.records()) if tenant is None or record.tenant == tenant
    ][:last]
    rows = [
        [record.label, record.tenant, record.state.replace("_", " "), record.page or "-"]
        for record in records
    ]
    if rows:
        click.echo(table(["notebook", "tenant", "status", "page"], rows))
    else:
        click.echo("  no runs yet; type `bellwether run`")
    click.echo(f"  index: {write_index(history, settings.reports)}")
