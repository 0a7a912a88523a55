"""`bellwether check`: whether the settings of this environment are fit to serve by."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import click

from workbench.cli import home
from workbench.cli.console import examples


@click.command(epilog=examples("bellwether check", "bellwether check --deploy"))
@click.option("--deploy", is_flag=True, help="Also whether others than this machine may be served.")
def check(deploy: bool) -> None:
    """Say what is wrong with the settings; exit code 1 where something is.

    A broken setting is refused as `serve` would. With --deploy, what is fit for a machine of one's own alone is
    told, too.
    """
    from serving.access.secret import settle_secret
    from serving.settings import DoorSettings

    environ, settings = home.environ(), home.settings()
    door = DoorSettings.from_env(environ)
    settle_secret(door.secret_key, settings.home, debug=door.debug)
    found = deploy_warnings(environ, settings.database_url) if deploy else []
    for sentence in found:
        click.echo(f"  {sentence}")
    if found:
        sys.exit(1)
    click.echo("  nothing to warn of")


def deploy_warnings(environ: Mapping[str, str], database_url: str) -> list[str]:
    """List what should be otherwise where others are served.

    Parameters
    ----------
    database_url : str
        The record store that is used, whoever named it.
    """
    from serving.settings import OPEN_VARIABLE, DoorSettings

    door = DoorSettings.from_env(environ)
    hosts = ", ".join(door.hosts) or "none"
    wrong = {
        "DEBUG must be false; got true. Leave it out: cookies then go over HTTPS alone.": door.debug,
        "DATABASE_URL must name PostgreSQL, where a second wall stands between tenants; got SQLite."
        " Set postgresql://user@host/name.": database_url.startswith("sqlite"),
        f"ALLOWED_HOSTS must name the hosts that are served; got {hosts}. Set api.example.org.": (
            not door.hosts or "*" in door.hosts
        ),
        "REDIS_URL must name a Redis, where several processes count; got none."
        " Set redis://host:6379/0.": not door.redis_url,
        f"{OPEN_VARIABLE} must open nothing; got {len(door.open)} tenants. Leave it out.": bool(
            door.open
        ),
        "CORS_ORIGINS must name pages; got *. Name each by its https:// origin.": (
            "*" in door.origins
        ),
    }
    return [sentence for sentence, is_wrong in wrong.items() if is_wrong]
