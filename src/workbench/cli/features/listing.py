"""`bellwether features list`."""

from __future__ import annotations

import click

from workbench.cli.console import examples


@click.command(epilog=examples("bellwether features list"))
def listing() -> None:
    """Not yet."""
