"""`bellwether import events`: the activity stream itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from workbench.cli.console import examples
from workbench.cli.imports.common import (
    FILE,
    backfill_option,
    format_options,
    outcome_options,
    run_import,
    show_summary,
    tenant_conventions,
    tenant_option,
)


@click.command(
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
@click.argument("file", type=FILE)
@tenant_option
@tenant_conventions
@click.option(
    "--column",
    "pairs",
    multiple=True,
    metavar="NAME=COLUMN",
    help="Where a column of the stream is called something else; may be given many times.",
)
@backfill_option
@format_options
@outcome_options
def events(
    file: Path, tenant: str, pairs: tuple[str, ...], dry_run: bool, as_json: bool, **given: Any
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

    options = EventOptions(tenant=tenant, columns=split_pairs(pairs), **given)
    summary = run_import(import_events, file, options, tenant=tenant, dry_run=dry_run)
    show_summary(summary, file, as_json=as_json)
