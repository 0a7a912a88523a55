"""`bellwether campaign start`: draw, record, and write the list."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbench.cli import home
from workbench.cli.console import examples

if TYPE_CHECKING:
    from commerce.campaigns.offers import Campaign
    from workbench.campaigns import Picked, Power
    from workbench.notebook import Bench


@click.command(
    epilog=examples(
        "bellwether campaign start churn --tenant acme --holdout 0.1 --budget 900 --to offers.csv",
        "bellwether campaign start churn --tenant acme --budget '2250 EUR' --to offers.csv",
        "bellwether campaign start churn --tenant acme --holdout 0.3 --dry-run",
    )
)
@click.argument("model")
@click.option("--tenant", help="Whose customers; may be left out where there is only one tenant.")
@click.option(
    "--name", help="One lower-case word.  [default: the model and the day: churn_2026_01_01]"
)
@click.option(
    "--holdout",
    type=float,
    default=0.1,
    show_default=True,
    help="Share of those drawn who get no offer, to compare with; at least 5 customers.",
)
@click.option(
    "--budget",
    metavar="N|AMOUNT",
    help="Offers at most, the best first: so many, or what they may cost in all, such as '2250 EUR'."
    "  [default: all picked]",
)
@click.option("--seed", type=int, default=7, show_default=True, help="Of the draw.")
@click.option(
    "--to",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the list of offers to a .csv, .xlsx or .parquet file.",
)
@click.option(
    "--with-arm", is_flag=True, help="List those held out, too; not for whoever sends the offers."
)
@click.option(
    "--dry-run", is_flag=True, help="Say what the campaign could show, and start nothing."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def start(
    model: str,
    tenant: str | None,
    name: str | None,
    holdout: float,
    budget: str | None,
    seed: int,
    target: Path | None,
    with_arm: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Draw who gets an offer and who is held out, among those whom the champion picks.

    Everybody is scored as of the shop's clock. The best by expected gain are drawn, in layers of like gain, and
    recorded as offer.made and offer.withheld; the list holds the former. Before it starts, the command says which
    effect such a campaign can show at all. What an offer costs and a customer is worth is what the decision reckons
    with: `bellwether economics show MODEL`.

    Of one name there is one campaign: started again, after it was killed or not, it is the same draw, nothing is
    recorded twice, and the list is written again.
    """
    home.require_extra("notebooks")
    from commerce.campaigns.drawing import check_holdout, check_seed, draw
    from commerce.campaigns.offers import find_campaign, list_members
    from commerce.campaigns.offers import start as start_campaign
    from commerce.campaigns.plan import CampaignPlan
    from commerce.records.actors import SYSTEM
    from commerce.records.errors import NotFound
    from commerce.records.stream.event_types import reason_code
    from commerce.records.work import looking, working
    from workbench.campaigns import Budget, find_picks, offer_list, power, read_budget
    from workbench.champions import answering
    from workbench.exports import check_export, export_table

    # whatever can be refused is, before everybody is scored
    if target is not None:
        check_export(target)
    bench = home.open_bench(tenant)
    called = name or f"{model}_{bench.day:%Y_%m_%d}"
    check_holdout(holdout)
    check_seed(seed)
    reason_code(called)
    limit = Budget() if budget is None else read_budget(budget, bench.tenant.currency)
    known, seen, picked = None, None, None
    with looking(bench.engine, bench.tenant, SYSTEM, now=bench.as_of) as work, suppress(NotFound):
        known = find_campaign(work, called)
    if known is None:
        package, stand_in = answering(bench, model)
        if stand_in:
            click.echo(f"  {stand_in}", err=True)
        picked = find_picks(bench, package)
        offers = limit.within(picked.offer.cost)
        plan = CampaignPlan(
            name=called,
            model=model,
            model_version=package.label,
            cost_minor=picked.offer.cost,
            margin_bp=picked.margin_bp,
            horizon_days=picked.offer.forecast.horizon_days,
            holdout=holdout,
            seed=seed,
            budget=offers,
        )
        drawn = draw(picked.picks, holdout=holdout, seed=seed, budget=offers)
        seen = power(picked, drawn, holdout)
        if not as_json:
            _tell_power(bench, picked, seen)
        if not dry_run:
            with working(bench.engine, bench.tenant, SYSTEM, now=bench.as_of) as work:
                known = start_campaign(work, plan, picked.picks)
    if known is not None and target is not None:
        with looking(bench.engine, bench.tenant, SYSTEM, now=bench.as_of) as work:
            listed = list_members(work, called)
        export_table(offer_list(bench, listed, with_arm=with_arm), target)
    if as_json:
        said = {
            "campaign": known and known._asdict(),
            "already_started": picked is None,
            "power": seen and vars(seen),
            "list": target and str(target),
        }
        click.echo(json.dumps(said, indent=1, default=str))
        return
    if known is not None:
        _tell(bench, known, again=picked is None)
        if target is not None:
            click.echo(f"  list: {target}")


def _tell_power(bench: Bench, picked: Picked, seen: Power) -> None:
    from commerce.records.money import format_money
    from scoring.wording import counted

    def money(minor: float) -> str:
        return format_money(round(minor), bench.tenant.currency)

    click.echo(
        f"  {picked.package.label} picks {counted(len(picked.picks), 'customer')} of {picked.customers:,};"
        f" {counted(seen.offers, 'offer')} at {money(picked.offer.cost)}, {seen.held_out:,} held out"
    )
    click.echo(
        f"  four times in five it is seen if an offer keeps {seen.kept:.1%} of the customers"
        f" ({seen.kept_expected:.1%} expected), or brings {money(seen.gain)} ({money(seen.gain_expected)} expected)"
    )
    if seen.needed is not None and seen.kept > seen.kept_expected:
        click.echo(
            f"  to see what is expected, {seen.needed:,} customers would have to be drawn, or more of them held out"
        )


def _tell(bench: Bench, known: Campaign, *, again: bool) -> None:
    from commerce.records.money import format_money
    from scoring.wording import counted

    zone = bench.tenant.zone
    began = f"{known.started_at.astimezone(zone):%Y-%m-%d %H:%M}"
    click.echo(
        f"  {known.name} {'was started' if again else 'started'} {began}, seed {known.seed}:"
        f" {counted(known.offers, 'offer')} made, {known.withheld:,} withheld; promised is"
        f" {format_money(known.promised_minor, bench.tenant.currency)} by {known.ends_at.astimezone(zone):%Y-%m-%d}"
    )
    if again:
        click.echo("  nothing was drawn again; for another campaign, give another --name")
    click.echo(f"  bellwether campaign report {known.name} --tenant {bench.tenant.slug}")
