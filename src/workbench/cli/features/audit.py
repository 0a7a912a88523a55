"""`bellwether features audit`."""

from __future__ import annotations

import click

from workbench.cli.console import examples


@click.command(epilog=examples("bellwether features audit"))
def audit() -> None:
    """Not yet."""
