"""`bellwether import`: records from outside, every row accepted, refused with a reason, or known already."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench.cli import home
from workbench.cli.console import Bar, examples
from workbench.cli.running import shorten
from workbench.records import open_records
from workbench.settings import Settings

if TYPE_CHECKING:
    from importing.engine.summary import ImportSummary

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_COLUMNS = {
    "customer": "Who bought.",
    "time": "When.",
    "order": "Order or invoice number; without it, one order per customer and time.",
    "product": "Product code.",
    "description": "Product name.",
    "quantity": "Units; 1 without it.",
    "price": "Price of a unit.",
    "amount": "Total of the line; wins over quantity x price.",
    "country": "Where the customer is.",
    "method": "How it was paid.",
    "status": "State of the order, such as paid, cancelled or refunded. An end (cancelled, refunded, ...) counts from"
    " --recorded, else from the end of the file: a shop knew no sooner.",
    "recorded": "When the line came to be known; without it, when it happened.",
    "currency-column": "Currency of each line.",
}


@click.group(
    epilog=examples(
        "bellwether import transactions shop.csv --tenant acme --customer Kunde --time Datum --amount Betrag",
        "bellwether import events stream.parquet --tenant acme",
        "bellwether import olist ~/olist --tenant olist",
        "bellwether import bids ebay.csv --tenant lots --elapsed days",
    )
)
def imports() -> None:
    """Bring records in from files.

    Importing a file again writes nothing new; rows that cannot be used go to data/raw/TENANT/rejects.csv with
    a reason each.
    """


def _column_options(columns: Mapping[str, str]) -> Callable[[Any], Any]:
    def add(command: Any) -> Any:
        for name, text in reversed(list(columns.items())):
            command = click.option(f"--{name}", metavar="COLUMN", help=text)(command)
        return command

    return add


def _format_options(command: Any) -> Any:
    for option in reversed(
        (
            click.option(
                "--delimiter", help="One character, or tab, space, comma, semicolon, pipe."
            ),
            click.option("--encoding", help="Such as utf-8 or cp1252."),
            click.option("--decimal", type=click.Choice([".", ","]), help="The decimal mark."),
            click.option(
                "--time-format", metavar="FORMAT", help="DMY, MDY or a pattern such as %d.%m.%Y."
            ),
        )
    ):
        command = option(command)
    return command


@imports.command(
    epilog=examples(
        "bellwether import transactions online_retail.csv.gz --tenant gifts --preset online-retail",
        "bellwether import transactions shop.csv --tenant acme --customer Kunde --time Datum \\\n"
        "      --amount Betrag --currency EUR --timezone Europe/Berlin",
    )
)
@click.argument("file", type=_FILE)
@click.option("--tenant", required=True, help="Whose records; created by the first import.")
@click.option("--preset", help="A known file: online-retail is UCI 352.")
@_column_options(_COLUMNS)
@click.option("--currency", metavar="CODE", help="ISO 4217; of a new tenant, default USD.")
@click.option("--timezone", metavar="ZONE", help="IANA name; of a new tenant, default UTC.")
@click.option(
    "--returns", metavar="RULE", help="prefix:C (orders that begin so are returns) or negative."
)
@click.option(
    "--repeats",
    type=click.Choice(["keep", "drop"]),
    help="Is a line that repeats another in every field a sale of its own?  [default: keep]",
)
@click.option("--refuse", metavar="RULE", help="prefix:A: orders that begin so are book-keeping.")
@_format_options
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def transactions(file: Path, as_json: bool, **given: Any) -> None:
    """Import sales lines: any CSV, TSV, space-separated or Parquet FILE, gzip too.

    Name the columns that are called something else; delimiter, encoding, decimal mark and the order of day
    and month are found out. Only customer, time, and a price or an amount are needed. A column is named by
    its header, or by its position from 1.
    """
    from importing.sales.importer import import_transactions
    from importing.sales.options import TransactionOptions

    settings = home.settings()
    options = TransactionOptions(**given)
    engine = open_records(settings)
    with Bar() as bar:
        summary = import_transactions(
            engine,
            file,
            options,
            now=home.now(),
            rejects_folder=settings.raw / options.tenant,
            progress=bar,
        )
    show_summary(summary, file, settings, as_json=as_json)


@imports.command(
    epilog=examples(
        "bellwether import events stream.parquet --tenant acme --json",
        "bellwether import events ledger.csv --tenant acme --column customer=Kunde --column amount=Betrag",
    )
    + """
  \b
  A file that credit can learn from (one invoice paid, one still open):
    type,customer,occurred_at,aggregate_type,aggregate_id,amount,currency,due_at
    order.placed,K-1,2025-03-01T10:00,order,A1,24.99,EUR,
    invoice.issued,K-1,2025-03-01T10:00,invoice,R1,24.99,EUR,2025-03-15
    invoice.paid,K-1,2025-03-20T08:00,invoice,R1,24.99,EUR,
    invoice.issued,K-2,2025-03-02T09:00,invoice,R2,80.00,EUR,2025-03-16
"""
)
@click.argument("file", type=_FILE)
@click.option("--tenant", required=True, help="Whose records; created by the first import.")
@click.option("--currency", metavar="CODE", help="ISO 4217; of a new tenant, default USD.")
@click.option("--timezone", metavar="ZONE", help="IANA name; of a new tenant, default UTC.")
@click.option(
    "--column",
    "pairs",
    multiple=True,
    metavar="NAME=COLUMN",
    help="Where a column of the stream is called something else; may be given many times.",
)
@_format_options
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def events(
    file: Path, tenant: str, pairs: tuple[str, ...], as_json: bool, **given: str | None
) -> None:
    r"""Import the typed stream itself from a CSV or Parquet FILE.

    One row per thing that happened, so that credit history of any origin can come in. Needed are type and
    occurred_at, and customer, amount with currency, due_at, quantity, value or reason where the type needs
    them; a row that lacks one is refused with the reason. aggregate_type and aggregate_id tie events
    together: without them no payment finds its invoice, and no delivery its promise.

    \b
    Columns: type, customer, occurred_at, recorded_at, due_at, amount (in major units), currency,
             quantity, value, method, category, reason, aggregate_type, aggregate_id, product,
             seller, source_key
    Types:   customer.registered, order.placed, order.line, order.paid, order.cancelled,
             order.returned, payment.captured, payment.failed, payment.refunded,
             payment.charged_back, invoice.issued, invoice.paid, invoice.credited,
             delivery.promised, delivery.delivered, return.requested, return.approved, ...
             (all of them: src/commerce/records/stream/event_types.py)
    """
    from importing.events.importer import EventOptions, import_events
    from workbench.cli.notebooks import split_pairs

    settings = home.settings()
    options = EventOptions(tenant=tenant, columns=split_pairs(pairs), **given)
    engine = open_records(settings)
    with Bar() as bar:
        summary = import_events(
            engine,
            file,
            options,
            now=home.now(),
            rejects_folder=settings.raw / tenant,
            progress=bar,
        )
    show_summary(summary, file, settings, as_json=as_json)


@imports.command(
    epilog=examples(
        "bellwether import olist ~/Downloads/olist --tenant olist",
        "bellwether run --tenant olist",
    )
)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--tenant", required=True, help="Whose records, in BRL; created by the first import.")
@click.option(
    "--timezone", metavar="ZONE", help="IANA name; of a new tenant, default America/Sao_Paulo."
)
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def olist(folder: Path, tenant: str, timezone: str | None, as_json: bool) -> None:
    """Import the Brazilian Olist dataset from the FOLDER of its nine CSV files.

    A customer is a customer_unique_id. A line is one item with its freight; every row of payments is a payment of its
    own, captured when the order was approved, with its instalments; deliveries come with their promise, reviews with their
    stars. When an order was cancelled the files do not say: it counts from their last instant.
    """
    from importing.olist.importer import import_olist

    settings = home.settings()
    engine = open_records(settings)
    with Bar() as bar:
        summary = import_olist(
            engine,
            folder,
            tenant,
            now=home.now(),
            rejects_folder=settings.raw / tenant,
            timezone=timezone,
            progress=bar,
        )
    show_summary(summary, folder, settings, as_json=as_json)


_BID_COLUMNS = {
    "auction": "Which auction; known as auctionid, lot, ...",
    "amount": "The most the bidder would pay; known as bid, amount, ...",
    "time": "When the bid was placed, or how long after the start; known as bidtime, time, ...",
    "bidder": "Who bid.",
    "opening": "Opening price; without it the auction's lowest bid.",
    "item": "What is sold.",
    "reserve": "Below it there is no sale.",
}


@imports.command(
    epilog=examples(
        "bellwether import bids ebay.csv --tenant lots --elapsed days --start 2004-05-01",
        "bellwether import bids gebote.csv --tenant lose --auction Los --amount Gebot --time Zeit \\\n"
        "      --bidder Bieter --currency EUR --timezone Europe/Berlin --increments stufen.csv",
    )
)
@click.argument("file", type=_FILE)
@click.option("--tenant", required=True, help="Whose records; created by the first import.")
@_column_options(_BID_COLUMNS)
@click.option(
    "--elapsed",
    type=click.Choice(["days", "hours", "seconds"]),
    help="Times are so many since the auction's start.",
)
@click.option(
    "--start",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]),
    help="That start, on the tenant's clock.  [default: 2000-01-01]",
)
@click.option(
    "--increments",
    type=_FILE,
    help="CSV of upper,increment: below an upper price, the increment.  [default: eBay's]",
)
@click.option("--currency", metavar="CODE", help="ISO 4217; of a new tenant, default USD.")
@click.option("--timezone", metavar="ZONE", help="IANA name; of a new tenant, default UTC.")
@_format_options
@click.option("--json", "as_json", is_flag=True, help="Print counts and auctions as JSON.")
def bids(file: Path, as_json: bool, **given: Any) -> None:
    """Import the bids of auctions from any CSV, TSV or Parquet FILE, and let our rules close each.

    Amounts are the bidders' maxima. Bids are replayed in the order of time: the leader pays one increment above the best
    maximum of another, at most his own; one bidder alone pays the opening price. Bids are facts: one too low to be admitted
    is ordered among the others, and only rows that cannot be read are refused.
    """
    from importing.bids.importer import BidOptions, import_bids

    settings = home.settings()
    columns = {role: name for role in _BID_COLUMNS if (name := given.pop(role)) is not None}
    options = BidOptions(columns=columns, **given)
    engine = open_records(settings)
    with Bar() as bar:
        summary, closings = import_bids(
            engine,
            file,
            options,
            now=home.now(),
            rejects_folder=settings.raw / options.tenant,
            progress=bar,
        )
    if as_json:
        auctions = [
            {**asdict(closing), "closing_price": float(closing.closing_price)}
            for closing in closings
        ]
        click.echo(json.dumps({**summary.as_dict(), "auctions": auctions}))
        return
    show_summary(summary, file, settings, as_json=False)
    sold = sum(closing.winner is not None for closing in closings)
    click.echo(f"  auctions: {len(closings):,}, of which {sold:,} sold")


def show_summary(summary: ImportSummary, file: Path, settings: Settings, *, as_json: bool) -> None:
    """Say what an import did."""
    if as_json:
        click.echo(json.dumps(summary.as_dict()))
        return
    click.echo(f"  reading {file}: {summary.detected.sentence()}")
    refused = ""
    if summary.rejects is not None:
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in summary.reasons.items())
        refused = f" (see {shorten(str(summary.rejects), settings.home)}: {reasons})"
    click.echo(
        f"  {summary.rows_read:,} rows: {summary.rows_accepted:,} in,"
        f" {summary.rows_duplicate:,} known already, {summary.rows_rejected:,} refused{refused}"
    )
    click.echo(
        f"  new: {summary.customers:,} customers, {summary.orders:,} orders, {summary.events:,} events;"
        f" tenant {summary.tenant} counts in {summary.currency}, days begin in {summary.timezone}"
    )
    if summary.rows_accepted:
        click.echo(f"  next: bellwether run --tenant {summary.tenant}")
