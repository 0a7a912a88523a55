"""`bellwether explain`: decisions and their reasons beside the rows they come from."""

from __future__ import annotations

import click

from workbench.cli import home
from workbench.cli.console import examples
from workbench.records import open_records


@click.command(
    epilog=examples(
        "bellwether explain 42 --tenant demo --model churn",
        "bellwether explain --tenant demo --model credit --sample 20",
    )
)
@click.argument("customers", nargs=-1)
@click.option("--tenant", help="Whose; may be left out where there is only one tenant.")
@click.option("--model", default="churn", show_default=True, help="By which champion.")
@click.option(
    "--sample",
    type=click.IntRange(1),
    default=5,
    show_default=True,
    help="How many to draw where no customer is named: the same ones each time.",
)
@click.option(
    "--rows", type=click.IntRange(0), default=12, show_default=True, help="Events to show of each."
)
def explain(
    customers: tuple[str, ...], tenant: str | None, model: str, sample: int, rows: int
) -> None:
    """Say what the champion decides about customers now, why, and what is on record of them.

    CUSTOMERS are named as in POST /predict. Where credit is refused, a notice may be read to the customer; what the
    customer can settle today to reach a better band has been checked by the model itself. The events below a decision
    are the rows its reasons are computed from, on the shop's clock, so that anybody can see whether the sentences are
    true. Nothing is kept.
    """
    from commerce.records.database import reading
    from features.catalogue import CATALOGUE
    from serving.predict.packages import PackageShelf
    from workbench.explanations import explain as explained

    settings = home.settings()
    with reading(open_records(settings)) as connection:
        found = explained(
            connection,
            PackageShelf([settings.packages], CATALOGUE),
            home.choose_tenant(connection, tenant),
            model,
            customers=customers,
            sample=sample,
            rows=rows,
            now=home.now(),
        )
        for place, explanation in enumerate(found):
            click.echo(("\n" if place else "") + "\n".join(explanation.lines))
