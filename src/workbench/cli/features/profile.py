"""`bellwether features profile`."""

from __future__ import annotations

import click

from workbench.cli.console import examples


@click.command(epilog=examples("bellwether features profile"))
def profile() -> None:
    """Not yet."""
