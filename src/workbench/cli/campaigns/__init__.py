"""`bellwether campaign`: offers whose effect can be told, because some customers are left without one."""

from __future__ import annotations

import click

from workbench.cli.console import examples
from workbench.cli.groups import LazyGroup

COMMANDS = {
    "start": "workbench.cli.campaigns.start:start",
    "report": "workbench.cli.campaigns.report:report",
    "list": "workbench.cli.campaigns.listing:listing",
    "learned": "workbench.cli.campaigns.learned:learned",
    "credit": "workbench.cli.campaigns.credit:credit",
}
"""Every subcommand and where it lives, in the order of the help."""


@click.group(
    cls=LazyGroup,
    commands_at=COMMANDS,
    epilog=examples(
        "bellwether campaign start churn --tenant acme --holdout 0.1 --budget 900 --to offers.csv",
        "bellwether campaign report churn_2026_01_01 --tenant acme",
        "bellwether campaign COMMAND --help",
    ),
)
def campaign() -> None:
    """Audit the money: what offers earned beside what was promised, and what was lost on credit.

    Of the customers whom the model picks, some are drawn at random to get no offer. What they do is what the others
    would have done without: the difference is what the offers earned. docs/campaigns.md says how large a campaign must
    be to show anything.
    """
