"""`bellwether models`: which models there are, and what a shop decided about each."""

from __future__ import annotations

import click

from workbench.cli.console import examples
from workbench.cli.groups import LazyGroup

COMMANDS = {
    "set": "workbench.cli.models.deciding:set_",
}
"""Every subcommand and where it lives, in the order of the help."""


@click.group(
    cls=LazyGroup,
    commands_at=COMMANDS,
    epilog=examples(
        "bellwether models set churn --horizon 60 --active-within 120",
        "bellwether models COMMAND --help",
    ),
)
def models() -> None:
    """Decide what a model is asked, for one shop."""
