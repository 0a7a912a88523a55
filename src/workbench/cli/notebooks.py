"""`bellwether notebook`: one notebook by the same runner, with parameters of your own."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from workbench.cli import home
from workbench.cli.console import EXIT_CODES, Steps, examples
from workbench.errors import ParameterError


@click.command(
    epilog=examples(
        "bellwether notebook notebooks/20_train_model.ipynb -p tenant=acme -p model=churn",
        "bellwether notebook notebooks/20_train_model.ipynb --parameters",
    )
    + EXIT_CODES
)
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "-p", "pairs", multiple=True, metavar="NAME=VALUE", help="A parameter; may be given many times."
)
@click.option("--parameters", "describe", is_flag=True, help="Only list what the notebook takes.")
@click.option(
    "--cell-timeout",
    type=click.IntRange(1),
    default=1800,
    show_default=True,
    help="Seconds a cell.",
)
@click.option(
    "--start-timeout",
    type=click.IntRange(1),
    default=120,
    show_default=True,
    help="Seconds for a kernel to start.",
)
@click.option("--again", is_flag=True, help="Run even if nothing changed.")
@click.pass_context
def notebook(
    ctx: click.Context,
    path: Path,
    pairs: tuple[str, ...],
    describe: bool,
    cell_timeout: int,
    start_timeout: int,
    again: bool,
) -> None:
    """Run one notebook unattended.

    Its parameters cell says what it takes and of which type; anything else is refused before a kernel
    starts. Text is taken as it stands, truth values are true or false, a list is a,b, an empty value is None.
    Where it names a tenant, it is not run again until the parameters, the code, the tenant's records or its
    champions change; any other notebook is always run.
    """
    from workbench.cli.inputs import settle_inputs
    from workbench.cli.outcomes import progress_line
    from workbench.cli.running import make_runner, make_server
    from workbench.runs.execution import Task
    from workbench.runs.index import write_index
    from workbench.runs.lock import run_lock
    from workbench.runs.source import read_notebook
    from workbench.runs.warm import RUNNER

    found = read_notebook(path)
    if describe:
        click.echo(f"  {found.path.name}\n{found.contract.describe() or '  takes no parameters'}")
        return
    home.require_extra("notebooks")
    parameters = found.contract.parse(split_pairs(pairs))
    settings = home.settings()
    inputs = settle_inputs(settings, found.contract, parameters)
    task = Task(
        notebook=found,
        parameters=inputs.parameters,
        label=found.name,
        input_hash=inputs.hash,
        cell_timeout=cell_timeout,
        start_timeout=start_timeout,
    )
    scope = task.text("tenant") or found.name
    lock = settings.runs / "locks" / f"{scope}.lock"
    subject = f"run of {scope!r}"
    with (
        run_lock(lock, subject=subject, command="bellwether notebook", now=home.now()) as held,
        make_server(settings, load=RUNNER) as server,
    ):
        runner = make_runner(settings, server, lock=held)
        outcome = None if again or not inputs.hash else runner.up_to_date(task)
        if outcome is None:
            with Steps() as steps:
                outcome = runner.execute(task, progress=partial(steps.cell, task.label))
            write_index(runner.history, settings.reports)
    click.echo(progress_line(outcome, settings.home))
    click.echo(f"  executed: {outcome.folder / 'executed.ipynb'}")
    click.echo(f"  page:     {outcome.record.page}")
    if not outcome.succeeded:
        click.echo(f"  log:      {outcome.folder / 'log.txt'}")
        click.echo(
            f"bellwether: {outcome.record.label} failed ({outcome.exit_status.name}): {outcome.record.sentence}",
            err=True,
        )
    elif not outcome.fresh:
        click.echo("  up to date: nothing changed since that run (--again runs it anyway)")
    ctx.exit(outcome.exit_status.code)


def split_pairs(pairs: tuple[str, ...]) -> dict[str, str]:
    """Split ``name=value`` pairs.

    Raises
    ------
    ParameterError
        "parameter must be given as NAME=VALUE; ..." or "parameter must be given once; ..."

    Examples
    --------
    >>> split_pairs(("tenant=acme", "note=a=b"))
    {'tenant': 'acme', 'note': 'a=b'}
    """
    given: dict[str, str] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or not name:
            raise ParameterError(
                "parameter must be given as NAME=VALUE; got one without. Write -p tenant=acme."
            )
        if name in given:
            raise ParameterError(f"parameter must be given once; got {name!r} twice. Drop one.")
        given[name] = value
    return given
