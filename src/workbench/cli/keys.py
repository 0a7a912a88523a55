"""`bellwether create-key` and `bellwether create-tenant`: a program's way in, and a shop to let it in to."""

from __future__ import annotations

from datetime import timedelta

import click

from workbench.cli import home
from workbench.cli.console import examples
from workbench.errors import PlanError
from workbench.records import open_records


@click.command(
    epilog=examples(
        "bellwether create-key till --tenant acme",
        "bellwether create-key scorer --scope predictions:write --days 90",
    )
)
@click.argument("name")
@click.option("--tenant", metavar="NAME", help="Whose key; default: the only one.")
@click.option(
    "--role",
    type=click.Choice(["admin", "seller", "delivery", "user"]),
    default="admin",
    show_default=True,
    help="What may be done with it.",
)
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    metavar="SCOPE",
    help="What it may be used for, such as customers:read; repeatable. Default: whatever the role may.",
)
@click.option("--days", type=click.IntRange(1), help="After which it opens nothing.")
def create_key(
    name: str, tenant: str | None, role: str, scopes: tuple[str, ...], days: int | None
) -> None:
    """Issue an API key, called NAME, for a program.

    The key is printed this once: its secret is kept as a hash.
    """
    from commerce.people.credentials import issue
    from commerce.records.actors import Actor
    from commerce.records.database import reading
    from commerce.records.work import working
    from serving.access.scopes import SCOPES
    from tabular.errors import did_you_mean

    for scope in scopes:
        if scope not in SCOPES:
            raise PlanError(f"scope must be known; got {scope!r}. {did_you_mean(scope, SCOPES)}")
    engine, now = open_records(home.settings()), home.now()
    with reading(engine) as connection:
        shop = home.choose_tenant(connection, tenant)
    with working(engine, shop, Actor("admin"), now=now) as work:
        issued = issue(
            work,
            name,
            role,  # type: ignore[arg-type]
            scopes=scopes or None,
            expires_at=None if days is None else now + timedelta(days=days),
        )
    click.echo(f"  key {name} of {shop.slug}, shown this once:", err=True)
    click.echo(issued.text)


@click.command(
    epilog=examples("bellwether create-tenant acme --currency EUR --timezone Europe/Berlin")
)
@click.argument("name")
@click.option("--currency", required=True, metavar="CODE", help="ISO 4217.")
@click.option("--timezone", metavar="ZONE", default="UTC", show_default=True, help="IANA name.")
@click.option("--domain", metavar="HOST", help="Host name under which it is reached.")
def create_tenant(name: str, currency: str, timezone: str, domain: str | None) -> None:
    """Open a shop called NAME."""
    from commerce.records.actors import SYSTEM
    from commerce.shops import open_shop

    engine, now = open_records(home.settings()), home.now()
    shop = open_shop(engine, SYSTEM, name, zone=timezone, currency=currency, now=now, domain=domain)
    click.echo(
        f"  {shop.slug} is open; let somebody in: bellwether create-admin NAME --tenant {shop.slug}"
    )
