"""`bellwether features diff`."""

from __future__ import annotations

import click

from workbench.cli.console import examples


@click.command(epilog=examples("bellwether features diff"))
def diff() -> None:
    """Not yet."""
