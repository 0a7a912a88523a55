"""`bellwether features show`."""

from __future__ import annotations

import click

from workbench.cli.console import examples


@click.command(epilog=examples("bellwether features show"))
def show() -> None:
    """Not yet."""
