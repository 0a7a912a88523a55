"""`bellwether models set`: what a model is asked, of whom, from what."""

from __future__ import annotations

import click

from workbench.cli.console import examples
from workbench.cli.decided import keep_decided


@click.command(
    "set",
    epilog=examples(
        "bellwether models set churn --horizon 60",
        "bellwether models set churn --active-within 120 --cutoffs 6 --tenant acme",
        "bellwether models set credit --form scorecard",
        "bellwether models set churn --reset",
    ),
)
@click.argument("model")
@click.option("--tenant", metavar="NAME", help="Whose; default: the only one.")
@click.option(
    "--horizon", "horizon_days", type=int, metavar="DAYS", help="How far the question looks ahead."
)
@click.option(
    "--active-within",
    type=int,
    metavar="DAYS",
    help="Silence after which a customer is no longer active; default: read off the shop's records.",
)
@click.option("--cutoffs", type=int, help="Training cutoffs at most, a month apart.")
@click.option(
    "--features",
    metavar="NAMES",
    help="What to learn from, separated by commas; default: all that vary. See `bellwether features list`.",
)
@click.option(
    "--form",
    type=click.Choice(["scorecard"]),
    help="A table of points, whatever another form would reach; default: what ranks best.",
)
@click.option("--reset", is_flag=True, help="Take back everything that was set here.")
def set_(
    model: str,
    tenant: str | None,
    features: str | None,
    form: str | None,
    reset: bool,
    **days: int | None,
) -> None:
    """Set what MODEL is asked in a shop, without touching code; what is not named stays.

    It is kept with the tenant and written on every version of the model. Another question is another model: the next
    run trains it, and it takes the place of the old one, which answered something else.
    """
    from training.specs.decided import QUESTION

    changes: dict[str, object] = {name: value for name, value in days.items() if value is not None}
    if features is not None:
        changes["features"] = [name.strip() for name in features.split(",") if name.strip()]
    if form is not None:
        changes["form"] = form
    keep_decided(
        model,
        tenant,
        changes,
        subject="settings",
        reset=[each.name for each in QUESTION] if reset else (),
    )
