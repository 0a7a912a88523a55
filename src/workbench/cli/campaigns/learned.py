"""`bellwether campaign learned`: what all finished campaigns teach of success."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from workbench.cli import home
from workbench.cli.console import examples
from workbench.errors import PlanError
from workbench.records import open_records

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from analytics.campaigns import GroupEffect


@click.command(
    epilog=examples(
        "bellwether campaign learned --tenant acme --model churn",
        "bellwether campaign learned --tenant acme --apply",
    )
)
@click.option("--tenant", help="Whose; may be left out where there is only one tenant.")
@click.option("--model", default="churn", show_default=True, help="Whose campaigns.")
@click.option("--apply", is_flag=True, help="Let decisions reckon with it from the next run on.")
def learned(tenant: str | None, model: str, apply: bool) -> None:
    """Say how many of those who would have left offers kept, by state and recency.

    All campaigns whose horizon has passed count, each compared within itself. With --apply the rates become the shop's
    own, in place of those that were assumed: by group where at least 20 held out left, else by state, else of all.
    `bellwether economics show` has them then, and `bellwether run` decides by them.
    """
    from analytics.campaigns import learned_success
    from analytics.mart import Mart
    from workbench.cli.campaigns.report import group_table

    settings = home.settings()
    engine = open_records(settings)
    slug = home.tenant_slug(tenant)
    with Mart(engine, slug, settings.snapshots) as mart:
        groups = learned_success(mart.look(home.now()), model)
    if not groups:
        click.echo(f"  no campaign of {model} has come to its end yet")
        return
    click.echo(group_table(groups))
    if apply:
        _apply(engine, slug, model, groups)


def _apply(engine: Engine, slug: str, model: str, groups: tuple[GroupEffect, ...]) -> None:
    """Keep the rates with the tenant."""
    from commerce.records.database import reading
    from commerce.records.tenants import find_tenant
    from commerce.shops import set_model
    from training.specs import find_spec
    from training.specs.decided import check_settings, decided_for
    from workbench.campaigns import FEWEST_LEFT, success_rates

    rates = [vars(each) for each in success_rates(groups)]
    if not rates:
        raise PlanError(
            f"{FEWEST_LEFT} customers or more must have left without an offer to learn from; got"
            f" {groups[0].left_withheld}. Hold more out, or wait for further campaigns."
        )
    with reading(engine) as connection:
        decided = decided_for(find_tenant(connection, slug).settings, model) | {"success": rates}
    check_settings(find_spec(model), decided)
    set_model(engine, slug, model, decided)
    click.echo(
        f"  {slug}.{model} reckons with it from the next run on: bellwether run --tenant {slug}"
    )
