"""`bellwether models`: which models there are, and what a shop decided about each."""

from __future__ import annotations

import click

from workbench.cli.console import examples
from workbench.cli.groups import LazyGroup

COMMANDS = {
    "list": "workbench.cli.models.listing:listing",
    "show": "workbench.cli.models.showing:show",
    "card": "workbench.cli.models.showing:card",
    "shadow": "workbench.cli.models.shadowing:shadow",
    "compare": "workbench.cli.models.comparing:compare",
    "publish": "workbench.cli.models.publishing:publish",
    "promote": "workbench.cli.models.promoting:promote",
    "rollback": "workbench.cli.models.promoting:rollback",
    "waive": "workbench.cli.models.waiving:waive",
    "waivers": "workbench.cli.models.waiving:waivers",
    "withdraw": "workbench.cli.models.waiving:withdraw",
    "set": "workbench.cli.models.deciding:set_",
}
"""Every subcommand and where it lives, in the order of the help."""


@click.group(
    cls=LazyGroup,
    commands_at=COMMANDS,
    epilog=examples(
        "bellwether models list",
        "bellwether models show demo.churn/3",
        "bellwether models publish fraud --from models:/fraud/3",
        "bellwether models rollback demo.churn --because 'too many offers'",
        "bellwether models COMMAND --help",
    ),
)
def models() -> None:
    """Look at the versions of the models, decide which answers, and what a model is asked.

    A model is named as "demo.churn", a version of it as "demo.churn/3"; "churn" will do where there is one tenant, or
    --tenant names it. Without a version, the champion is meant.
    """
