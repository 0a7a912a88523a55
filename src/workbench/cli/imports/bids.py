"""`bellwether import bids`: the bids of auctions."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from workbench.cli.console import examples
from workbench.cli.imports.common import (
    FILE,
    as_document,
    backfill_option,
    column_options,
    format_options,
    outcome_options,
    run_import,
    show_summary,
    tenant_conventions,
    tenant_option,
)

_BID_COLUMNS = {
    "auction": "Which auction; known as auctionid, lot, ...",
    "amount": "The most the bidder would pay; known as bid, amount, ...",
    "time": "When the bid was placed, or how long after the start; known as bidtime, time, ...",
    "bidder": "Who bid.",
    "opening": "Opening price; without it the auction's lowest bid.",
    "item": "What is sold.",
    "reserve": "Below it there is no sale.",
}


@click.command(
    epilog=examples(
        "bellwether import bids ebay.csv --tenant lots --elapsed days --start 2004-05-01",
        "bellwether import bids gebote.csv --tenant lose --auction Los --amount Gebot --time Zeit \\\n"
        "      --bidder Bieter --currency EUR --timezone Europe/Berlin --increments stufen.csv",
    )
)
@click.argument("file", type=FILE)
@tenant_option
@column_options(_BID_COLUMNS)
@click.option(
    "--elapsed",
    type=click.Choice(["days", "hours", "seconds", "none"]),
    help="Times are so many since the auction's start; none: they are times, though numbers.",
)
@click.option(
    "--start",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]),
    help="That start, on the tenant's clock.  [default: 2000-01-01]",
)
@click.option(
    "--anonymous",
    multiple=True,
    metavar="NAME",
    help="Bids by NAME, under which the source hides its bidders, are each by another person; '' if no name does.",
)
@click.option(
    "--increments",
    type=FILE,
    help="CSV of upper,increment: below an upper price, the increment.  [default: eBay's]",
)
@tenant_conventions
@backfill_option
@format_options
@outcome_options
def bids(file: Path, dry_run: bool, as_json: bool, **given: Any) -> None:
    """Import the bids of auctions from any CSV, TSV or Parquet FILE, and let our rules close each.

    Amounts are the bidders' maxima. Bids are replayed in the order of time: the leader pays one increment above
    the best maximum of another, at most his own; one bidder alone pays the opening price. Bids are facts: one
    too low to be admitted is ordered among the others, and only rows that cannot be read are refused.
    Times that are numbers, and names such as Private that hide bidders, are asked about.
    """
    from importing.bids.importer import BidOptions, import_bids

    columns = {role: name for role in _BID_COLUMNS if (name := given.pop(role)) is not None}
    options = BidOptions(columns=columns, **given)
    summary, closings = run_import(
        import_bids, file, options, tenant=options.tenant, dry_run=dry_run
    )
    if as_json:
        auctions = [
            {**asdict(closing), "closing_price": float(closing.closing_price)}
            for closing in closings
        ]
        click.echo(json.dumps({**as_document(summary), "auctions": auctions}))
        return
    show_summary(summary, file, as_json=False)
    sold = sum(closing.winner is not None for closing in closings)
    click.echo(f"  auctions: {len(closings):,}, of which {sold:,} sold")
