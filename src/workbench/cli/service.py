"""`bellwether build` and `bellwether serve`: the Bento, from the sources and the champions."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbench.cli import home
from workbench.cli.console import examples, note
from workbench.errors import SettingsError
from workbench.records import open_records

if TYPE_CHECKING:
    from sqlalchemy import Engine


@click.command(epilog=examples("bellwether build"))
def build() -> None:
    """Build the service (a Bento) with all champions.

    It carries the sources that serve and the champion of every tenant and model, lies under data/bentoml,
    and is built anew only where one of them changed.
    """
    from serving.bento.building import build_bento

    home.require_extra("serving")
    settings = home.settings()
    with note("building the service"):
        made = build_bento(project_of(settings.project), settings.home, home.environ())
    carried = ", ".join(made.packages) or "no model yet"
    click.echo(f"  {made.tag} {'built' if made.built else 'is up to date'} with {carried}")
    click.echo(f"  {made.path}")


@click.command(
    epilog=examples(
        "bellwether serve",
        "bellwether serve --open demo",
        "bellwether serve --workers 4",
        "bellwether serve --host 0.0.0.0",
    )
)
@click.option("--port", type=click.IntRange(1, 65535), default=3000, show_default=True)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Beyond this machine only where an admin can log in.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Processes that answer; begin with one for each core.",
)
@click.option(
    "--log",
    type=click.Choice(["strict", "relaxed"]),
    default="strict",
    show_default=True,
    help="Whether an answer is on disk before it is given, or a moment later.",
)
@click.option(
    "--open",
    "opened",
    multiple=True,
    metavar="TENANT",
    help="This machine itself may ask about TENANT without a credential; repeatable.",
)
def serve(port: int, host: str, workers: int, log: str, opened: tuple[str, ...]) -> None:
    """Answer over HTTP: predictions, and the shop's records.

    From the sources, with the champions of this home. A new champion appears without a restart; an order
    committed a second ago counts. Who asks shows a credential: `create-admin`, then POST /api/token; or `create-key`.
    """
    from serving.bento.building import BENTO_STORE, bento_environment
    from serving.bento.supervision import WORKERS_VARIABLE
    from serving.settings import LOG_VARIABLE, LOOPBACK, OPEN_VARIABLE

    home.require_extra("serving")
    settings = home.settings()
    engine = open_records(settings)
    if host not in LOOPBACK:
        require_guarded(engine, host, opened)
    engine.dispose()
    require_free(host, port)
    sources = Path(__file__).resolve().parents[2]
    environment = bento_environment((settings.home / BENTO_STORE).resolve(), home.environ())
    environment |= {
        "BELLWETHER_HOME": str(settings.home),
        "DATABASE_URL": settings.database_url,
        "PYTHONPATH": str(sources),
        WORKERS_VARIABLE: str(workers),
        LOG_VARIABLE: log,
    }
    if opened:
        environment[OPEN_VARIABLE] = ",".join(opened)
    click.echo(f"  http://{host}:{port}  (stop with Ctrl-C; the API's page is /docs)", err=True)
    sys.stdout.flush()
    command = [sys.executable, "-m", "bentoml", "serve", "serving.bento.service:Service"]
    os.chdir(sources)
    os.execve(  # noqa: S606 - our own interpreter
        sys.executable,
        [*command, "--host", host, "--port", str(port)],
        environment,
    )


def project_of(project: Path | None) -> Path:
    """Give the checkout.

    Raises
    ------
    SettingsError
        "project must be a checkout; ..."
    """
    if project is None:
        raise SettingsError("project must be a checkout; got none. Run from inside the project.")
    return project


def require_guarded(engine: Engine, host: str, opened: Sequence[str]) -> None:
    """Refuse to listen beyond this machine while nobody could log in, or something is open.

    Raises
    ------
    SettingsError
        "--open must stay on this machine; got --host ..." or "an admin must exist before ...; got none. ..."
    """
    from commerce.people.users import has_admin
    from commerce.records.database import reading

    if opened:
        raise SettingsError(
            f"--open must stay on this machine; got --host {host}. Leave out one of both."
        )
    with reading(engine) as connection:
        if not has_admin(connection):
            raise SettingsError(
                f"an admin must exist before the service listens on {host}; got none."
                " Run `bellwether create-admin NAME` first, or stay on 127.0.0.1."
            )


def require_free(host: str, port: int) -> None:
    """Refuse a port that another program listens on.

    Raises
    ------
    SettingsError
        "port must be free; got ..."
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SettingsError(
                f"port must be free; got {port} on {host}: {error.strerror}."
                " Stop the other program, or give another --port."
            ) from error
