"""`bellwether load`: users and products from another system's fixtures."""

from __future__ import annotations

from pathlib import Path

import click

from workbench.cli import home
from workbench.cli.console import examples
from workbench.records import open_records


@click.command(
    epilog=examples(
        "bellwether load demo_users.json demo_products.json --tenant acme",
        "bellwether load dump.json --leave-out orders.order --leave-out image",
    )
)
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--tenant", metavar="NAME", help="Whose records; default: the only one.")
@click.option(
    "--leave-out",
    multiple=True,
    metavar="NAME",
    help="A model or a field that is not to be loaded; repeatable.",
)
def load(files: tuple[Path, ...], tenant: str | None, leave_out: tuple[str, ...]) -> None:
    """Load users, categories, brands and products from FILES as Django's loaddata takes them.

    All of it comes in, or nothing; a second time changes nothing, and what was changed here meanwhile stays. Users log
    in with the passwords they had, where those were hashed by pbkdf2_sha256 or argon2. What is not understood is
    refused by name. Shops are opened by `bellwether create-tenant`.
    """
    from commerce.records.database import reading
    from importing.fixtures.loading import load as load_records
    from importing.fixtures.records import read_fixtures

    records = read_fixtures(files, leave_out)
    engine = open_records(home.settings())
    with reading(engine) as connection:
        shop = home.choose_tenant(connection, tenant)
    loaded = load_records(engine, shop, records, now=home.now())
    told = ", ".join(
        f"{loaded.added[kind]} of {count} {plural} new"
        for kind, plural in _PLURALS.items()
        if (count := loaded.added[kind] + loaded.there[kind])
    )
    click.echo(f"  tenant {shop.slug}: {told or 'nothing to load'}")


_PLURALS = {
    "user": "users",
    "category": "categories",
    "brand": "brands",
    "product": "products",
}
