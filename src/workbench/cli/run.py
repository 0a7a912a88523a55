"""`bellwether run`: the numbered notebooks for one tenant, each only where something changed."""

from __future__ import annotations

import click

from workbench.cli import home
from workbench.cli.console import EXIT_CODES, examples


@click.command(
    epilog=examples(
        "bellwether run --tenant acme",
        "bellwether run --tenant gifts --models churn --as-of 2011-12-01",
    )
    + EXIT_CODES
)
@click.option("--tenant", help="Whose records; may be left out where there is only one tenant.")
@click.option(
    "--as-of",
    "as_of",
    help="Cut-off: a date (00:00 where the tenant is) or an ISO instant. Default: the tenant's clock.",
)
@click.option(
    "--models",
    help="Such as churn,credit. Default: every model with a population, recommendations, lifetime value and segments.",
)
@click.pass_context
def run(ctx: click.Context, tenant: str | None, as_of: str | None, models: str | None) -> None:
    """Build features, train, review, recommend, value, segment and score.

    Notebooks 10 to 40, unattended: every one runs in its own process and counts only if its last cell recorded
    a result. What has not changed since a run that succeeded is not run again, so this can stand in a crontab.
    Pages for people go to data/reports, everything about a run to data/runs.
    """
    from workbench.cli.running import run_tenant

    names = None if models is None else [name.strip() for name in models.split(",") if name.strip()]
    ctx.exit(run_tenant(home.settings(), tenant=tenant, as_of=as_of, models=names))
