"""`bellwether features`: what the features are, what they gave, and whether they are the same everywhere."""

from __future__ import annotations

import click

from workbench.cli.console import examples
from workbench.cli.groups import LazyGroup

COMMANDS = {
    "list": "workbench.cli.features.listing:listing",
    "show": "workbench.cli.features.show:show",
    "docs": "workbench.cli.features.docs:docs",
    "diff": "workbench.cli.features.diff:diff",
    "build": "workbench.cli.features.build:build",
    "parity": "workbench.cli.features.parity:parity",
    "audit": "workbench.cli.features.audit:audit",
    "profile": "workbench.cli.features.profile:profile",
}
"""Every subcommand and where it lives, in the order of the help."""


@click.group(
    cls=LazyGroup,
    commands_at=COMMANDS,
    epilog=examples(
        "bellwether features list --family orders",
        "bellwether features show paid_orders_90d --tenant acme",
        "bellwether features COMMAND --help",
    ),
)
def features() -> None:
    """Look at the features: what each means, who uses it, what changed, whether it is computed the same everywhere.

    They are declared in src/features/catalogue, one entry per figure, and computed from the same entry for
    training, for scoring and for answering.
    """
