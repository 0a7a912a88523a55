"""`bellwether features show`: all there is to know of one feature."""

from __future__ import annotations

import json
from typing import Any

import click

from workbench.cli import home
from workbench.cli.console import examples


@click.command(
    epilog=examples(
        "bellwether features show paid_orders_90d",
        "bellwether features show average_order_value --tenant acme",
    )
)
@click.argument("name")
@click.option(
    "--tenant", help="Whose models, profile and records. Default: the only one with features built."
)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def show(name: str, tenant: str | None, as_json: bool) -> None:
    """Show a feature: its meaning, its range, what it is made of, who uses it, how its values lie.

    Where several shops have features built, name one with --tenant to see its last profile (see `bellwether
    features profile`), and whether it has records for the feature at all.
    """
    from workbench.datasheets import datasheet

    settings = home.settings()
    shops = [folder.name for folder in settings.features.glob("*/")]
    only = shops[0] if len(shops) == 1 else None
    found = datasheet(settings, name, tenant or only)
    click.echo(json.dumps(found, indent=1) if as_json else _lines(found))


def _lines(found: dict[str, Any]) -> str:
    """Lay out what is known of a feature, one to a line, the query last."""
    query = found.pop("sql")
    width = max(map(len, found))
    lines = []
    for label, value in found.items():
        parts = _parts(value)
        lines += [
            f"  {label if place == 0 else '':<{width}}  {part}" for place, part in enumerate(parts)
        ]
    return "\n".join([*lines, "", *(f"  {line}" for line in query.splitlines())])


def _parts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [f"{key}: {text}" for key, text in value.items()] or ["-"]
    if isinstance(value, list):
        return [str(each) for each in value] or ["-"]
    return [str(value)]
