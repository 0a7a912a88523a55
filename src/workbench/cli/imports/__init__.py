"""`bellwether import`: records from outside, every row accepted, refused with a reason, or known already."""

from __future__ import annotations

import click

from workbench.cli.console import examples
from workbench.cli.imports.again import again
from workbench.cli.imports.bids import bids
from workbench.cli.imports.events import events
from workbench.cli.imports.history import listing, undo
from workbench.cli.imports.olist import olist
from workbench.cli.imports.transactions import transactions


@click.group(
    epilog=examples(
        "bellwether import transactions shop.csv --tenant acme --customer Kunde --time Datum --amount Betrag",
        "bellwether import events stream.parquet --tenant acme",
        "bellwether import olist ~/olist --tenant olist",
        "bellwether import bids ebay.csv --tenant lots --elapsed days",
        "bellwether import again daily shop-2026-02-02.csv",
        "bellwether import undo 3 --tenant acme",
    )
)
def imports() -> None:
    """Bring records in from files.

    Importing a file again writes nothing new; rows that cannot be used go to data/raw/TENANT/rejects.csv with
    a reason each.
    """


for command in (transactions, events, olist, bids, again, listing, undo):
    imports.add_command(command)
