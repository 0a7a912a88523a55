"""`bellwether import olist`: the Brazilian Olist dataset."""

from __future__ import annotations

from pathlib import Path

import click

from workbench.cli.console import examples
from workbench.cli.imports.common import (
    backfill_option,
    outcome_options,
    run_import,
    show_summary,
)


@click.command(
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
@backfill_option
@outcome_options
def olist(
    folder: Path,
    tenant: str,
    timezone: str | None,
    backfill: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Import the Brazilian Olist dataset from the FOLDER of its nine CSV files.

    A customer is a customer_unique_id. A line is one item with its freight; every row of payments is a payment of its
    own, captured when the order was approved, with its instalments; deliveries come with their promise, reviews
    with their stars. When an order was cancelled the files do not say: it counts from their last instant.
    """
    from importing.olist.importer import import_olist

    summary = run_import(
        import_olist,
        folder,
        tenant,
        tenant=tenant,
        timezone=timezone,
        backfill=backfill,
        dry_run=dry_run,
    )
    show_summary(summary, folder, as_json=as_json)
