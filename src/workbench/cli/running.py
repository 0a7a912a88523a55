"""What `bellwether run` does: settle tenant, cut-off and models, hold the lock, run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbench.cli import home
from workbench.cli.console import Steps
from workbench.cli.outcomes import conclude, progress_line
from workbench.errors import PlanError
from workbench.records import open_records
from workbench.runs.execution import Runner
from workbench.runs.exit_status import SUCCEEDED
from workbench.runs.fork_server import ForkServer
from workbench.runs.history import History
from workbench.runs.index import write_index
from workbench.runs.key import code_version, content_hash, our_packages
from workbench.runs.lock import Held, run_lock
from workbench.runs.plan import SCORE, Pipeline
from workbench.runs.warm import LATER_STEPS, STEPS
from workbench.settings import DATABASE_VARIABLE, HOME_VARIABLE, Settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from commerce.records.tenants import Tenant


def run_tenant(
    settings: Settings,
    *,
    tenant: str | None,
    as_of: str | None,
    models: list[str] | None,
    server: ForkServer | None = None,
    then: Callable[[], None] | None = None,
) -> int:
    """Run the numbered notebooks for a tenant, and where all went well what comes `then`.

    Parameters
    ----------
    server : ForkServer, optional
        From `make_server`, where it has been started ahead.

    Returns
    -------
    int
        The exit code: 0 where all is done or nothing was to do, else that of the first failure.
    """
    from commerce.records.database import reading
    from training.specs import SPECS, find_spec
    from training.specs.decided import KEY

    home.require_extra("notebooks")
    chosen = tuple(find_spec(name).name for name in models) if models else tuple(SPECS)
    engine = open_records(settings)
    with reading(engine) as connection:
        found = home.choose_tenant(connection, tenant)
        instant = cut_off(connection, found, as_of)
        require_records(connection, found)
        state, records = stream_hash(connection, found), store_identity(connection, found)
        introduction = tenant_line(connection, found, instant)
    engine.dispose()
    lock = settings.runs / "locks" / f"{found.slug}.lock"
    subject = f"run of tenant {found.slug!r}"
    steps = Steps()
    with (
        run_lock(lock, subject=subject, command="bellwether run", now=home.now()) as held,
        server or make_server(settings, load=STEPS, then=LATER_STEPS) as ready,
        steps,
    ):
        click.echo(introduction)
        if held.taken_over_from:
            click.echo(f"  taking over from {held.taken_over_from}, which has ended", err=True)
        runner = make_runner(settings, ready, lock=held)
        runner.history.bury(now=home.now())
        pipeline = Pipeline(
            runner=runner,
            notebooks=settings.notebooks,
            packages=settings.packages,
            tenant=found.slug,
            as_of=instant.isoformat(),
            models=chosen,
            input_hash=state,
            records=records,
            beside=models is None,
            decided=found.settings.get(KEY, {}),
            report=lambda outcome: steps.print(progress_line(outcome, settings.home)),
            skip=lambda sentence: steps.print(f"  {sentence}"),
            progress=steps.cell,
        )
        result = pipeline.run()
        if result.changed:
            write_index(runner.history, settings.reports)
    code = conclude(result, settings, tenant=found.slug, asked=models)
    if code == SUCCEEDED.code:
        if then is not None:
            then()
        for sentence in outdated(settings, found.slug).values():
            click.echo(f"  {sentence}; no challenger has replaced it yet")
        if result.of(SCORE):
            click.echo(f"  next: bellwether serve --open {found.slug}, or make lab to look around")
    return code


def make_server(
    settings: Settings, *, load: tuple[str, ...], then: tuple[str, ...] = ()
) -> ForkServer:
    """Give the server that forks the notebooks' processes, not yet started.

    Their environment is complete and the same for every run; `load` and `then` are `ForkServer`'s.
    """
    environ = home.environ()
    # One thread a process: kernels and candidate fits run side by side, and contending threads are slower.
    environ.setdefault("OMP_NUM_THREADS", "1")
    # What a kernel sets where nobody has; the server imports matplotlib before there is one.
    environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    ipython = settings.runs / ".ipython"
    ipython.mkdir(parents=True, exist_ok=True)
    environ |= {
        HOME_VARIABLE: str(settings.home),
        DATABASE_VARIABLE: settings.database_url,
        "IPYTHONDIR": str(ipython),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "PYTHONUNBUFFERED": "1",
    }
    return ForkServer(environ=environ, load=load, then=then)


def make_runner(settings: Settings, server: ForkServer, *, lock: Held) -> Runner:
    """Give the runner of a home."""
    sources = Path(__file__).resolve().parents[2]
    project = settings.project
    return Runner(
        history=History(settings.runs),
        reports=settings.reports,
        server=server,
        code_version=code_version(
            sources,
            requirements=project / "requirements" if project else None,
            only=None if (sources.parent / "pyproject.toml").is_file() else our_packages(),
        ),
        clock=home.now,
        lock=lock.descriptor,
    )


def cut_off(connection: Connection, tenant: Tenant, as_of: str | None) -> datetime:
    """Settle the instant a run is about.

    Without ``--as-of`` it is the tenant's clock; where that is the wall's, the beginning of the tenant's day,
    so that a second run on the same day has nothing to do.

    Raises
    ------
    RecordError
        "as_of must not be later than ...; got ..."
    """
    from commerce.records.instants import midnight
    from commerce.records.tenants import clock, settle_as_of

    instant = clock(connection, tenant, now=home.now())
    if as_of is None and tenant.clock_mode == "wall":
        return midnight(instant.astimezone(tenant.zone).date(), tenant.zone)
    return settle_as_of(as_of, tenant, instant)


def require_records(connection: Connection, tenant: Tenant) -> None:
    """Refuse a tenant without a single event.

    Raises
    ------
    PlanError
        "tenant must have records; ..."
    """
    from commerce.records.stream import stream_state

    if not stream_state(connection, tenant.id).events:
        raise PlanError(
            f"tenant must have records; got {tenant.slug!r} without a single event. Bring some in with"
            " `bellwether import`."
        )


def stream_hash(connection: Connection, tenant: Tenant) -> str:
    """Hash how far a tenant's stream has come, in this very record store."""
    from commerce.records.stream import stream_state

    state = stream_state(connection, tenant.id)
    return content_hash(
        [store_identity(connection, tenant), tenant.zone.key, tenant.currency, state.events]
        + [state.last_id, state.first_occurred, state.last_recorded, state.backfills]
    )


def outdated(settings: Settings, slug: str) -> dict[str, str]:
    """Name a tenant's champions that learned from less than is on record by now."""
    from commerce.records.database import reading
    from commerce.records.tenants import find_tenant
    from workbench.backfills import outdated_champions

    engine = open_records(settings)
    with reading(engine) as connection:
        found = outdated_champions(connection, settings, find_tenant(connection, slug))
    engine.dispose()
    return found


def store_identity(connection: Connection, tenant: Tenant) -> str:
    """Name a tenant's records by when they were begun: a record store made anew has another name."""
    from sqlalchemy import select

    from commerce.records import schema

    created = connection.execute(
        select(schema.tenant.c.created_at).where(schema.tenant.c.id == tenant.id)
    ).scalar_one()
    return f"{tenant.slug} since {created.isoformat()}"


def tenant_line(connection: Connection, tenant: Tenant, instant: datetime) -> str:
    """Introduce the tenant: how many customers and events, as of when."""
    from sqlalchemy import func, select

    from commerce.records import schema
    from commerce.records.stream import stream_state

    ours = schema.customer.c.tenant_id == tenant.id
    customers = connection.execute(select(func.count()).where(ours)).scalar_one()
    events = stream_state(connection, tenant.id).events
    local = instant.astimezone(tenant.zone)
    moment = f"{local:%Y-%m-%d}" if local.time() == time() else f"{local:%Y-%m-%d %H:%M}"
    return f"  tenant {tenant.slug}: {customers:,} customers, {events:,} events, as of {moment}"
