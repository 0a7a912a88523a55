"""`bellwether create-admin`: the first who may log in."""

from __future__ import annotations

import sys

import click

from workbench.cli import home
from workbench.cli.console import examples
from workbench.records import open_records


@click.command(
    epilog=examples(
        "bellwether create-admin ada --tenant acme",
        "bellwether create-admin root --tenant acme --currency EUR --superadmin < password.txt",
    )
)
@click.argument("username")
@click.option("--tenant", metavar="NAME", help="Whose admin; default: the only one.")
@click.option("--currency", metavar="CODE", help="ISO 4217: opens a new shop under that name.")
@click.option("--timezone", metavar="ZONE", default="UTC", show_default=True, help="Of a new shop.")
@click.option("--email", metavar="ADDRESS", help="Where notifications are mailed.")
@click.option("--superadmin", is_flag=True, help="May open, change and close shops.")
def create_admin(
    username: str,
    tenant: str | None,
    currency: str | None,
    timezone: str,
    email: str | None,
    superadmin: bool,
) -> None:
    """Let USERNAME log in as an admin.

    The password is asked for, or read as one line from standard input where nobody types.
    """
    from commerce.people.customers import email_address
    from commerce.people.passwords import hash_password
    from commerce.people.users import create, login_name
    from commerce.records.actors import SYSTEM
    from commerce.records.database import reading
    from commerce.records.work import working
    from commerce.shops import open_shop

    username, email = login_name(username), email_address(email) if email else None
    password = hash_password(_ask())
    engine, now = open_records(home.settings()), home.now()
    if currency is not None:
        slug = tenant or "shop"
        shop = open_shop(engine, SYSTEM, slug, zone=timezone, currency=currency, now=now)
    else:
        with reading(engine) as connection:
            shop = home.choose_tenant(connection, tenant)
    role = "superadmin" if superadmin else "admin"
    with working(engine, shop, SYSTEM, now=now) as work:
        create(work, username, password, role=role, email=email)  # type: ignore[arg-type]
    click.echo(f"  {username} is {role} of {shop.slug}")


def _ask() -> str:
    """Read a password without showing it, and never from the arguments, which every process can see."""
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")
