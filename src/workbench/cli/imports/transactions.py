"""`bellwether import transactions`: sales lines of any shop."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from workbench.cli.console import examples
from workbench.cli.imports.common import (
    FILE,
    backfill_option,
    column_options,
    format_options,
    outcome_options,
    run_import,
    show_summary,
    tenant_conventions,
    tenant_option,
)

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
    "order-total": "Total of the whole order, said once or by each line: what it is worth, or a check of its lines.",
}


@click.command(
    epilog=examples(
        "bellwether import transactions online_retail.csv.gz --tenant gifts --preset online-retail",
        "bellwether import transactions shop.csv --tenant acme --customer Kunde --time Datum \\\n"
        "      --amount Betrag --currency EUR --timezone Europe/Berlin",
    )
)
@click.argument("file", type=FILE)
@tenant_option
@click.option("--preset", help="A known file: online-retail is UCI 352.")
@column_options(_COLUMNS)
@tenant_conventions
@click.option(
    "--returns", metavar="RULE", help="prefix:C (orders that begin so are returns) or negative."
)
@click.option(
    "--repeats",
    type=click.Choice(["keep", "drop"]),
    help="Is a line that repeats another in every field a sale of its own?  [default: keep]",
)
@click.option(
    "--status-map",
    type=FILE,
    help="CSV of word,meaning: paid, completed, open, cancelled, failed or returned.",
)
@click.option(
    "--partial-orders",
    type=click.Choice(["refuse", "keep"]),
    default="refuse",
    show_default=True,
    help="What becomes of an order of which a line is refused: refused whole, or taken in without it.",
)
@click.option("--refuse", metavar="RULE", help="prefix:A: orders that begin so are book-keeping.")
@backfill_option
@format_options
@outcome_options
def transactions(file: Path, dry_run: bool, as_json: bool, **given: Any) -> None:
    """Import sales lines: any CSV, TSV, space-separated or Parquet FILE, gzip too.

    Name the columns that are called something else; delimiter, encoding, decimal mark and the order of day
    and month are found out. Only customer, time, and a price or an amount are needed. A column is named by
    its header, or by its position from 1.

    A later export of the same shop is taken over as changes: of an order that is known, what moved on is told as
    a payment, a refund, a cancellation or a further line, when it comes in; what cannot follow is refused.
    """
    from importing.sales.importer import import_transactions
    from importing.sales.options import TransactionOptions

    options = TransactionOptions(**given)
    summary = run_import(import_transactions, file, options, tenant=options.tenant, dry_run=dry_run)
    show_summary(summary, file, as_json=as_json)
