"""The `bellwether` command line: one module per group, each importing what it needs when it runs.

Errors are one sentence on standard error and a documented exit code; a stack trace is shown for an error
nobody foresaw, and for any error with ``--debug`` or ``BELLWETHER_DEBUG=1``.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from workbench.cli.console import EXIT_CODES, examples
from workbench.cli.groups import LazyGroup
from workbench.cli.refusals import Refusal, known_errors, refusal
from workbench.runs.exit_status import INTERRUPTED

COMMANDS = {
    "import": "workbench.cli.imports:imports",
    "simulate": "workbench.cli.simulations:simulate",
    "seed": "workbench.cli.seeds:seed",
    "load": "workbench.cli.loads:load",
    "doctor": "workbench.cli.doctor:doctor",
    "run": "workbench.cli.run:run",
    "train": "workbench.cli.tables:train",
    "notebook": "workbench.cli.notebooks:notebook",
    "evaluate": "workbench.cli.evaluations:evaluate",
    "replay": "workbench.cli.replays:replay",
    "explain": "workbench.cli.explanations:explain",
    "economics": "workbench.cli.economics:economics",
    "models": "workbench.cli.models:models",
    "features": "workbench.cli.features:features",
    "snapshots": "workbench.cli.snapshots:snapshots",
    "tenants": "workbench.cli.tenants:tenants",
    "create-admin": "workbench.cli.admins:create_admin",
    "create-tenant": "workbench.cli.keys:create_tenant",
    "create-key": "workbench.cli.keys:create_key",
    "tick": "workbench.cli.ticks:tick",
    "work": "workbench.cli.jobs:work",
    "score": "workbench.cli.scoring:score",
    "scores": "workbench.cli.scores:scores",
    "scorecard": "workbench.cli.scorecards:scorecard",
    "bands": "workbench.cli.bands:bands",
    "segments": "workbench.cli.segments:segments",
    "recompute-scores": "workbench.cli.jobs:recompute_scores",
    "campaign": "workbench.cli.campaigns:campaign",
    "reports": "workbench.cli.reports:reports",
    "check": "workbench.cli.checks:check",
    "build": "workbench.cli.service:build",
    "serve": "workbench.cli.service:serve",
    "load-test": "workbench.cli.load_tests:load_test",
    "demo": "workbench.cli.demo:demo",
}
"""Every subcommand and where it lives, in the order of `bellwether --help`."""


class Commands(LazyGroup):
    """The subcommands; known errors are turned into sentences."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Take one tenant for several."""
        return super().resolve_command(
            ctx, ["tenants", *args[1:]] if args[:1] == ["tenant"] else args
        )

    def invoke(self, ctx: click.Context) -> object:
        """Run, and say a known error in one sentence."""
        try:
            return super().invoke(ctx)
        except known_errors() as error:
            if ctx.params.get("debug") or isinstance(error, BrokenPipeError):
                raise
            raise refusal(error) from error


@click.group(
    cls=Commands,
    commands_at=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog=examples(
        "bellwether import transactions shop.csv --tenant acme --customer Kunde --time Datum --amount Betrag",
        "bellwether run --tenant acme --models churn",
        "bellwether COMMAND --help",
    )
    + EXIT_CODES,
)
@click.option("--debug", is_flag=True, envvar="BELLWETHER_DEBUG", help="Show stack traces.")
@click.version_option(package_name="bellwether", message="%(prog)s %(version)s")
def group(debug: bool) -> None:
    """Turn a shop's own records into two explained decisions per customer.

    Records come in with `import` or `simulate`; `run` builds features, trains, reviews and scores; `serve`
    answers over HTTP. Everything lies below BELLWETHER_HOME (default: the project's folder); the record
    store is DATABASE_URL (default: data/records.db below the home).
    """


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with its code.

    Parameters
    ----------
    arguments : sequence of str, optional
        In place of the process's own.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        code = group.main(
            args=None if arguments is None else list(arguments),
            prog_name="bellwether",
            standalone_mode=False,
        )
    except Refusal as error:
        error.show()
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        sys.exit(INTERRUPTED.code)
    sys.exit(code if isinstance(code, int) else 0)
