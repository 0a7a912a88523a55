"""`bellwether work` and `bellwether recompute-scores`: what is done later, and what can be done at once."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from workbench.cli import home
from workbench.cli.console import Bar, examples
from workbench.records import open_records

if TYPE_CHECKING:
    from serving.predict.asking import AppState


@click.command(
    epilog=examples("bellwether work", "bellwether work --once", "bellwether work --json")
)
@click.option("--once", is_flag=True, help="Tick, do the jobs that are due, and end.")
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON for each step.")
def work(once: bool, as_json: bool) -> None:
    """Do the jobs that wait, and every minute what `bellwether tick` does.

    `bellwether serve` does so by itself in a process beside the server, unless BACKGROUND_WORK=off. Any number of
    workers may run, on any machine that reaches the record store: each job is done by one of them, and where a worker
    dies, another begins its job again after a minute. Ctrl-C or SIGTERM ends this one, and gives back what it has in
    hand.
    """
    from commerce.ticks import outside_of
    from serving.jobs.shift import Shift
    from serving.settings import DoorSettings

    state, stop = _state(), threading.Event()
    environ = home.environ()
    outside = outside_of(environ, sys.stderr, debug=DoorSettings.from_env(environ).debug)
    shift = Shift(state, outside, stop)
    with _lines(as_json=as_json), _stopped_by_signals(stop):
        if once:
            done = shift.run_once()
            if not as_json:
                click.echo(f"  {done} {'job' if done == 1 else 'jobs'} taken; none is due any more")
            return
        click.echo("  waiting for jobs (stop with Ctrl-C)", err=True)
        shift.run()


@click.command(epilog=examples("bellwether recompute-scores --tenant acme"))
@click.option("--tenant", metavar="NAME", help="Whose customers; default: the only one.")
def recompute_scores(tenant: str | None) -> None:
    """Give every customer a credit score as of the shop's clock.

    By the learned model where one was promoted, else by the rules; at the same instant a second time, it adds nothing.
    POST /api/credit-profiles/recompute asks a worker for the same.
    """
    from commerce.records.actors import SYSTEM
    from commerce.records.database import reading
    from commerce.records.work import looking
    from serving.predict.recompute import recompute_all

    state = _state()
    assert state.store is not None
    with reading(state.store.engine) as connection:
        shop = home.choose_tenant(connection, tenant)
    with looking(state.store.engine, shop, SYSTEM, now=state.now()) as looked:
        as_of = looked.settle(None)
    with Bar() as bar:
        made = recompute_all(state, shop, as_of=as_of, progress=bar)
    click.echo(
        f"  {made.customers:,} customers of {shop.slug} scored by {made.model_version} as of"
        f" {as_of:%Y-%m-%d %H:%M} UTC; {f'{made.written:,} scores' if made.written else 'nothing'} new"
    )


def _state() -> AppState:
    """Open what a job needs: the record store with the newest tables, and the packages of this home."""
    from features.catalogue import CATALOGUE
    from serving.predict.asking import AppState
    from serving.predict.packages import PackageShelf
    from serving.predict.store import RecordStore

    settings = home.settings()
    open_records(settings).dispose()
    return AppState(
        shelf=PackageShelf([settings.packages], CATALOGUE),
        store=RecordStore(settings.database_url),
        now=home.now,
        shadows=settings.shadows,
    )


@contextmanager
def _lines(*, as_json: bool) -> Iterator[None]:
    """Print what a worker logs."""
    handler = logging.StreamHandler(sys.stdout)
    if as_json:
        from serving.rest.request_log import JsonLines

        handler.setFormatter(JsonLines())
    else:
        handler.setFormatter(logging.Formatter("  %(asctime)s  %(message)s", "%H:%M:%S"))
    logger = logging.getLogger("serving")
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)


@contextmanager
def _stopped_by_signals(stop: threading.Event) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end the work between two steps."""
    kinds = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(kind, lambda *_: stop.set()) for kind in kinds]
    try:
        yield
    finally:
        for kind, handler in zip(kinds, before, strict=True):
            signal.signal(kind, handler)
