"""`bellwether campaign report`: what the offers earned, beside what was promised."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from workbench.cli import home
from workbench.cli.console import examples, table
from workbench.records import open_records

if TYPE_CHECKING:
    from analytics.campaigns import Arm, CampaignReport, GroupEffect
    from analytics.intervals import Estimate


@click.command(
    epilog=examples(
        "bellwether campaign report churn_2026_01_01 --tenant acme",
        "bellwether campaign report churn_2026_01_01 --as-of 2026-03-01 --json",
    )
)
@click.argument("name")
@click.option("--tenant", help="Whose; may be left out where there is only one tenant.")
@click.option(
    "--as-of", metavar="INSTANT", help="A date or ISO instant.  [default: the tenant's clock]"
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def report(name: str, tenant: str | None, as_of: str | None, as_json: bool) -> None:
    """Hold those who got an offer against those held out.

    NAME is that of a campaign. Both are judged by what they ordered and paid from the day after the offer to the end of
    the horizon, net of what was taken back, as known at the instant asked about. Each figure comes with the interval in
    which the true one lies 95 times in 100; before the horizon has passed, it is what came of it so far.
    """
    from analytics.campaigns import campaign_report
    from analytics.mart import Mart
    from commerce.campaigns.offers import find_campaign
    from commerce.records.actors import SYSTEM
    from commerce.records.database import reading
    from commerce.records.work import looking

    settings = home.settings()
    engine = open_records(settings)
    with reading(engine) as connection:
        shop = home.choose_tenant(connection, tenant)
    with looking(engine, shop, SYSTEM, now=home.now()) as work:
        find_campaign(work, name)  # refused before all events are read
    with Mart(engine, shop.slug, settings.snapshots) as mart:
        found = campaign_report(mart.look(home.now(), as_of), name)
    if as_json:
        click.echo(json.dumps(_as_dict(found), indent=1, default=str))
        return
    for line in lines_of(found):
        click.echo(f"  {line}")
    click.echo(table(["", "customers", "left", "orders", "sold"], _arms(found)))
    click.echo("  success: the share of those who would have left whom an offer kept")
    click.echo(group_table(found.groups))


def lines_of(found: CampaignReport) -> list[str]:
    """Say in sentences how a campaign went."""
    campaign, so_far = found.campaign, "" if found.finished else " so far"
    lines = [
        f"{campaign.name} by {campaign.model_version}, seed {campaign.seed}:"
        f" {found.days_passed} of {found.days} days have passed"
        + ("" if found.finished else "; the figures are those so far")
    ]
    if found.kept is None or found.gain is None:
        return [*lines, "too few customers were drawn to compare them"]
    lines.append(
        f"offers kept {_percent(found.kept)} of the customers{so_far}: {_verdict(found.kept)}"
    )
    earned = _money(found.gain.value, found)
    low, high = _money(found.gain.low, found), _money(found.gain.high, found)
    lines.append(f"an offer earned {earned} ({low} to {high}){so_far}: {_verdict(found.gain)}")
    held = (
        "which agrees with it" if found.gain.holds(found.promised) else "which it does not bear out"
    )
    if found.finished:
        lines.append(f"promised was {_money(found.promised, found)} an offer, {held}")
    else:
        lines.append(f"promised is {_money(found.promised, found)} an offer by the end")
    return lines


def group_table(groups: tuple[GroupEffect, ...]) -> str:
    """Show what offers did, by state and recency."""
    rows = [
        [
            group_name(each),
            f"{each.offered:,}",
            f"{each.withheld:,}",
            _share(each.left_offered, each.offered),
            _share(each.left_withheld, each.withheld),
            "-" if each.success is None else _percent(each.success),
        ]
        for each in groups
    ]
    return table(["", "offered", "held out", "left", "left without", "success"], rows)


def group_name(group: GroupEffect) -> str:
    """Say whom a group holds."""
    if group.recency_days is None:
        return group.state or "all"
    first, last = group.recency_days
    days = f"{first} days and more" if last is None else f"{first} to {last} days"
    return f"  {group.state}, silent {days}"


def _arms(found: CampaignReport) -> list[list[str]]:
    def row(head: str, arm: Arm) -> list[str]:
        left = "-" if arm.left_share is None else _percent(arm.left_share)
        sold = _money(arm.net_minor, found)
        return [head, f"{arm.customers:,}", left, f"{arm.orders:,}", sold]

    return [row("offered", found.treated), row("held out", found.control)]


def _verdict(estimate: Estimate) -> str:
    if estimate.low > 0:
        return "that is more than chance"
    if estimate.high < 0:
        return "that is a loss beyond chance"
    return "that may be chance"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "-"


def _percent(estimate: Estimate) -> str:
    return f"{estimate.value:.1%} ({estimate.low:.1%} to {estimate.high:.1%})"


def _money(minor: float, found: CampaignReport) -> str:
    from commerce.records.money import format_money

    return format_money(round(minor), found.currency)


def _as_dict(found: CampaignReport) -> dict[str, Any]:
    """Give the report as JSON takes it: estimates with their names, amounts in minor units."""

    def plain(value: Any) -> Any:
        if hasattr(value, "_asdict"):
            return {name: plain(each) for name, each in value._asdict().items()}
        if hasattr(value, "__dataclass_fields__"):
            return {name: plain(each) for name, each in vars(value).items()}
        if isinstance(value, tuple):
            return [plain(each) for each in value]
        return value

    return {**plain(found), "finished": found.finished, "sentences": lines_of(found)}
