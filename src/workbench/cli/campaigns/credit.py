"""`bellwether campaign credit`: what was approved on credit, and what was lost of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from workbench.cli import home
from workbench.cli.console import examples, table
from workbench.records import open_records

if TYPE_CHECKING:
    from analytics.credit import BandOutcome


@click.command(
    epilog=examples(
        "bellwether campaign credit --tenant acme",
        "bellwether campaign credit --tenant acme --as-of 2026-01-31 --json",
    )
)
@click.option("--tenant", help="Whose; may be left out where there is only one tenant.")
@click.option("--model", default="credit", show_default=True, help="Whose decisions.")
@click.option(
    "--as-of", metavar="INSTANT", help="A date or ISO instant.  [default: the tenant's clock]"
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON; amounts in minor units.")
def credit(tenant: str | None, model: str, as_of: str | None, as_json: bool) -> None:
    """Hold what was decided about credit against what became of the invoices, band by band.

    An invoice belongs to the latest decision about its payer that was kept, at most 60 days before. A decision ended
    badly where one of its invoices was open 30 days past due; lost is what is open of those still. What was sold in
    spite of a refusal, and what nobody decided about, stands in rows of its own.
    """
    from analytics.credit import credit_outcomes, invoices_of
    from commerce.records.actors import SYSTEM
    from commerce.records.database import reading
    from commerce.records.work import looking
    from serving.predict.scores import kept_decisions

    engine = open_records(home.settings())
    with reading(engine) as connection:
        shop = home.choose_tenant(connection, tenant)
    with looking(engine, shop, SYSTEM, now=home.now()) as work:
        instant = work.settle(as_of)
    with reading(engine) as connection:
        found = credit_outcomes(
            invoices_of(connection, shop.id, instant),
            kept_decisions(connection, shop.id, model, instant),
        )
    if as_json:
        said = [
            {**vars(each), "observed": each.observed and each.observed._asdict()} for each in found
        ]
        click.echo(json.dumps({"as_of": instant.isoformat(), "bands": said}, indent=1))
        return
    if not found:
        click.echo(f"  nothing was sold on credit before {instant:%Y-%m-%d %H:%M} UTC")
        return
    click.echo(_table(found, shop.currency))


def _table(found: tuple[BandOutcome, ...], currency: str) -> str:
    from commerce.records.money import format_money

    rows = [
        [
            " ".join(each for each in (outcome.action, outcome.band) if each),
            f"{outcome.decisions:,}",
            f"{outcome.invoices:,}",
            format_money(outcome.sold_minor, currency),
            "-" if outcome.predicted is None else f"{outcome.predicted:.1%}",
            _observed(outcome),
            f"{outcome.defaulted:,} of {outcome.known:,}",
            format_money(outcome.lost_minor, currency),
        ]
        for outcome in found
    ]
    heads = ["decided", "decisions", "invoices", "sold", "risk told", "not paid", "", "lost"]
    return table(heads, rows)


def _observed(outcome: BandOutcome) -> str:
    seen = outcome.observed
    return "-" if seen is None else f"{seen.value:.1%} ({seen.low:.1%} to {seen.high:.1%})"
