"""`bellwether segments show|changed`: in which segment customers are, and how they moved."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from workbench.cli import home
from workbench.cli.console import examples, table
from workbench.errors import PlanError
from workbench.records import open_records

if TYPE_CHECKING:
    from pathlib import Path

    from scoring.segments import SegmentPackage

_EXAMPLES = examples(
    "bellwether segments show --tenant acme",
    "bellwether segments changed --tenant acme --since 2026-01-01",
)


@click.group(epilog=_EXAMPLES)
def segments() -> None:
    """Look at segments of customers, by recency, frequency and value."""


@segments.command(epilog=examples("bellwether segments show --tenant acme --as-of 2026-01-01"))
@click.option("--tenant", metavar="NAME", help="Whose customers; default: the only one.")
@click.option(
    "--as-of", "as_of", metavar="DATE", help="A date or ISO instant; default: the shop's clock."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(tenant: str | None, as_of: str | None, as_json: bool) -> None:
    """Show how many customers each segment has, by the edges of the published model, else by quintiles of the day."""
    from analytics.mart import Mart
    from analytics.segments import customer_segments
    from commerce.records.database import reading
    from commerce.records.money import format_money

    settings, now = home.settings(), home.now()
    engine = open_records(settings)
    with reading(engine) as connection:
        shop = home.choose_tenant(connection, tenant)
    kept = _kept(settings.packages, shop.slug)
    with Mart(engine, shop.slug, settings.snapshots) as mart:
        found = customer_segments(mart.look(now, as_of), edges=None if kept is None else kept.edges)
    engine.dispose()
    version = None if kept is None else kept.label
    if as_json:
        rows = [
            {
                "segment": each.name,
                "customers": each.customers,
                "orders": each.orders,
                "net_minor": each.net_minor,
            }
            for each in found.segments
        ]
        told = {"tenant": shop.slug, "model_version": version, "customers": found.customers}
        click.echo(json.dumps({**told, "segments": rows}, indent=1))
        return
    lines = [
        [
            each.name,
            f"{each.customers:,}",
            f"{each.orders:,}",
            format_money(each.net_minor, shop.currency),
        ]
        for each in found.segments
    ]
    click.echo(table(["segment", "customers", "orders", "net revenue"], lines))
    by = "the quintiles of the day" if version is None else f"the edges of {version}"
    click.echo(f"  {found.customers:,} customers, each in one segment, by {by}")


@segments.command(
    epilog=examples("bellwether segments changed --tenant acme --since 2026-01-01 --json")
)
@click.option("--tenant", metavar="NAME", help="Whose customers; default: the only one.")
@click.option("--since", metavar="DATE", required=True, help="From when on, a date or ISO instant.")
@click.option("--until", metavar="DATE", help="Up to when; default: the shop's clock.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def changed(tenant: str | None, since: str, until: str | None, as_json: bool) -> None:
    """Show how many customers moved from each segment to each, and who came, by the same edges at both dates."""
    from analytics.mart import Mart
    from analytics.segment_movement import segment_movement
    from analytics.segments import customer_segments, segment_of_each
    from commerce.records.database import reading
    from commerce.records.tenants import clock, settle_as_of

    settings, now = home.settings(), home.now()
    engine = open_records(settings)
    with reading(engine) as connection:
        shop = home.choose_tenant(connection, tenant)
        time = clock(connection, shop, now=now)
        start, end = settle_as_of(since, shop, time), settle_as_of(until, shop, time)
    if start >= end:
        raise PlanError(
            f"since must be before until; got {start.isoformat()} and {end.isoformat()}. Turn them round."
        )
    kept = _kept(settings.packages, shop.slug)
    with Mart(engine, shop.slug, settings.snapshots) as mart:
        view = mart.look(now, end.isoformat())
        edges = customer_segments(view).edges if kept is None else kept.edges
        if edges is None:
            raise PlanError(
                f"customers of {shop.slug} must have bought by {end:%Y-%m-%d %H:%M} UTC; got nobody. Import orders."
            )
        after = {who: each.segment for who, each in segment_of_each(view, edges).items()}
        earlier = mart.look(now, start.isoformat())
        before = {who: each.segment for who, each in segment_of_each(earlier, edges).items()}
    engine.dispose()
    found = segment_movement(before, after)
    if as_json:
        told = {
            "tenant": shop.slug,
            "model_version": None if kept is None else kept.label,
            "since": start.isoformat(),
            "until": end.isoformat(),
            "segments": list(found.segments),
            "counts": [list(row) for row in found.counts],
            "came": dict(found.came),
        }
        click.echo(json.dumps(told, indent=1))
        return
    rows = [
        [f"from {name}", *(f"{count:,}" for count in counts)]
        for name, counts in zip(found.segments, found.counts, strict=True)
    ]
    rows.append(["came", *(f"{found.came[name]:,}" for name in found.segments)])
    click.echo(table(["", *(f"to {name}" for name in found.segments)], rows))
    click.echo(
        f"  {found.moved:,} of {found.customers:,} customers are in another segment than at {start:%Y-%m-%d %H:%M} UTC"
    )


def _kept(packages: Path, tenant: str) -> SegmentPackage | None:
    """Give the published edges; None where there are none."""
    from scoring.errors import PackageNotFound
    from scoring.files import as_kind
    from scoring.published import current_any
    from scoring.segments import SEGMENTATION, SegmentPackage

    try:
        return as_kind(current_any(packages, tenant, SEGMENTATION), SegmentPackage)
    except PackageNotFound:
        return None
