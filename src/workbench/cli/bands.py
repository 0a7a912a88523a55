"""`bellwether bands changed`: how customers moved from band to band."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from workbench.cli import home
from workbench.cli.console import examples, table
from workbench.errors import PlanError
from workbench.records import open_records

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from analytics.migration import Migration


@click.group(epilog=examples("bellwether bands changed --tenant acme --since 2026-01-01"))
def bands() -> None:
    """Look at credit bands over time."""


@bands.command(
    epilog=examples(
        "bellwether bands changed --tenant acme --since 2026-01-01",
        "bellwether bands changed --since 2026-01-01 --until 2026-02-01 --by rules --json",
    )
)
@click.option("--tenant", metavar="NAME", help="Whose customers; default: the only one.")
@click.option("--model", default="credit", show_default=True, help="Whose bands.")
@click.option("--since", metavar="DATE", required=True, help="From when on, a date or ISO instant.")
@click.option("--until", metavar="DATE", help="Up to when; default: the shop's clock.")
@click.option(
    "--by",
    type=click.Choice(["model", "rules"]),
    default="model",
    show_default=True,
    help="The learned score's bands, or the rule-based one's.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def changed(
    tenant: str | None, model: str, since: str, until: str | None, by: str, as_json: bool
) -> None:
    """Show the migration matrix: how many moved from each band to each, who came and went, who fell most.

    Of each customer the latest score kept as of either date counts. Who "came" was scored since for the first time;
    who "went" was not scored anew. Nothing is computed: `bellwether run` and `bellwether recompute-scores` do that.
    """
    from analytics.migration import migration
    from commerce.records import schema
    from commerce.records.database import reading
    from commerce.records.identity import identify
    from commerce.records.tenants import clock, settle_as_of
    from scoring.scale import BAND_NAMES
    from serving.predict.scores import latest_bands

    engine = open_records(home.settings())
    with reading(engine) as connection:
        shop = home.choose_tenant(connection, tenant)
        now = clock(connection, shop, now=home.now())
        start, end = settle_as_of(since, shop, now), settle_as_of(until, shop, now)
        if start >= end:
            raise PlanError(
                f"since must be before until; got {start.isoformat()} and {end.isoformat()}. Turn them round."
            )
        rules = by == "rules"
        before = latest_bands(connection, shop.id, model, until=start, by_rules=rules)
        after = latest_bands(connection, shop.id, model, since=start, until=end, by_rules=rules)
        if not before or not after:
            remedy = f"Score customers first: bellwether run --tenant {shop.slug} --models {model}"
            if after:
                remedy = (
                    "None is as old: name a later --since, or compare again once more are kept."
                )
            raise PlanError(
                f"scores of {shop.slug}.{model} must be kept by and since {start:%Y-%m-%d %H:%M} UTC; got"
                f" {len(before):,} and {len(after):,}. {remedy}"
            )
        found = migration(before, after, BAND_NAMES)
        names = {
            fall.customer_id: identify(connection, schema.customer, shop.id, fall.customer_id).text
            for fall in found.fell
        }
    engine.dispose()
    if as_json:
        told = {"tenant": shop.slug, "model": model, "by": by}
        click.echo(
            json.dumps(
                {
                    **told,
                    "since": start.isoformat(),
                    "until": end.isoformat(),
                    **_plain(found, names),
                },
                indent=1,
            )
        )
        return
    click.echo(_matrix(found))
    click.echo(
        f"  {found.up:,} rose to a better band and {found.down:,} fell to a worse one, of"
        f" {found.customers:,} scored by {start:%Y-%m-%d %H:%M} UTC and since"
    )
    for fall in found.fell:
        click.echo(
            f"  {names[fall.customer_id]} fell by {fall.points}, from {fall.before.score} ({fall.before.band})"
            f" to {fall.after.score} ({fall.after.band})"
        )


def _matrix(found: Migration) -> str:
    rows = [
        [
            f"from {band}",
            *(
                "-" if share is None else f"{count:,} ({share:.0%})"
                for count, share in zip(counts, shares, strict=True)
            ),
            f"{found.went[band]:,}",
        ]
        for band, counts, shares in zip(found.bands, found.counts, found.shares, strict=True)
    ]
    rows.append(["came", *(f"{found.came[band]:,}" for band in found.bands), ""])
    return table(["", *(f"to {band}" for band in found.bands), "went"], rows)


def _plain(found: Migration, names: Mapping[UUID, str]) -> dict[str, Any]:
    return {
        "bands": list(found.bands),
        "counts": [list(row) for row in found.counts],
        "shares": [list(row) for row in found.shares],
        "came": dict(found.came),
        "went": dict(found.went),
        "fell": [
            {
                "customer": names[fall.customer_id],
                "before": fall.before._asdict(),
                "after": fall.after._asdict(),
            }
            for fall in found.fell
        ],
    }
