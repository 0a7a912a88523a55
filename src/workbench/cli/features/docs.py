"""`bellwether features docs`."""

from __future__ import annotations

import click

from workbench.cli.console import examples


@click.command(epilog=examples("bellwether features docs"))
def docs() -> None:
    """Not yet."""
