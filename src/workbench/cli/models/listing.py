"""`bellwether models list`: every version in one line."""

from __future__ import annotations

import json

import click

from workbench.cli import home
from workbench.cli.console import examples, table


@click.command(
    "list", epilog=examples("bellwether models list", "bellwether models list --tenant demo --json")
)
@click.option("--tenant", metavar="NAME", help="Only this tenant's.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def listing(tenant: str | None, as_json: bool) -> None:
    """List the versions of every model: which answers, how good each was out of time, how long it is good for.

    "champion" answers, "shadow" is asked the same and never believed, "published" did answer once or was ready to,
    "registered" never was published: its gates refused it.
    """
    from workbench.registry import listed, moved_aliases

    settings = home.settings()
    found = listed(settings, tenant)
    if as_json:
        click.echo(json.dumps([each.as_dict() for each in found], indent=1))
        return
    if not found:
        click.echo("  no model was trained yet; type `bellwether run`")
        return
    rows = [
        [
            each.label,
            each.state,
            "-" if each.auc is None else f"{each.auc:.3f}",
            "-" if each.brier is None else f"{each.brier:.4f}",
            each.gates or "-",
            each.as_of or "-",
            each.expires or "-",
            each.note,
        ]
        for each in found
    ]
    heads = ["version", "state", "AUC", "Brier", "gates", "as of", "expires", ""]
    click.echo(table(heads, rows, left=(0, 1, 7)))
    for sentence in moved_aliases(settings, tenant):
        click.echo(f"  {sentence}")
