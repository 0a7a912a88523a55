"""`bellwether features parity`: the same features by several engines, compared bit by bit."""

from __future__ import annotations

import json
import time
from contextlib import ExitStack
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from workbench.cli import home
from workbench.cli.console import examples, note, table
from workbench.cli.features.engines import (
    ENGINES,
    open_engine,
    settle_cutoffs,
    spark_options,
)
from workbench.errors import PlanError
from workbench.runs.exit_status import FINDINGS

if TYPE_CHECKING:
    from features.snapshots.snapshot import Snapshot


@click.command(
    epilog=examples(
        "bellwether features parity --tenant acme --customers all",
        "bellwether features parity --tenant acme --engines duckdb,spark --cutoff 2026-01-01",
    )
)
@click.option("--tenant", help="Whose; may be left out where there is only one tenant.")
@click.option(
    "--engines",
    default="duckdb,python",
    show_default=True,
    help=f"Two or more of {', '.join(ENGINES)}; all are compared with the first.",
)
@click.option(
    "--customers", "count", default="500", show_default=True, help="How many, or `all` of them."
)
@click.option(
    "--cutoff",
    "asked",
    multiple=True,
    help="As of when: a date (00:00 where the tenant is) or an ISO instant. Default: the tenant's clock.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON.")
@spark_options
@click.pass_context
def parity(
    ctx: click.Context,
    tenant: str | None,
    engines: str,
    count: str,
    asked: tuple[str, ...],
    as_json: bool,
    master: str,
    settings: tuple[str, ...],
) -> None:
    """Compute the whole catalogue by several engines from the same snapshot, and compare every value.

    A value agrees if it is the same to the last bit, or missing by each. Exits with 9 where something differs.
    """
    from features.catalogue import CATALOGUE
    from features.comparing.agreement import compare
    from features.evaluating.table import joined
    from workbench import layouts

    names, bench = _chosen(engines), home.open_bench(tenant)
    cutoffs = settle_cutoffs(bench, asked)
    snapshot = layouts.copy_stream(bench)
    customers = _some(snapshot, count)
    found: dict[str, Any] = {}
    reference, rows, differing = None, [], []
    for name in names:
        began = time.monotonic()
        with note(f"computing by {name}"), ExitStack() as held:
            folder = bench.settings.data / "spark"
            engine = open_engine(name, held, master=master, folder=folder, settings=settings)
            tables = engine(snapshot, cutoffs, CATALOGUE, customers=customers)
            whole = joined(tables, CATALOGUE)
        found[name] = {"seconds": round(time.monotonic() - began, 3)}
        if reference is None:
            reference, result = (
                whole,
                [f"{len(whole.customer_ids):,}", f"{whole.values.size:,}", "-"],
            )
        else:
            agreement = compare(reference, whole)
            found[name] |= asdict(agreement)
            result = [
                f"{agreement.vectors:,}",
                f"{agreement.values:,}",
                f"{agreement.mismatches:,}",
            ]
            differing += [f"{name}: {example}" for example in agreement.examples]
        rows.append([name, *result, f"{found[name]['seconds']:.1f}"])
    if as_json:
        about = {"tenant": snapshot.tenant, "snapshot": snapshot.hash, "catalogue": CATALOGUE.hash}
        click.echo(json.dumps({**about, "cutoffs": cutoffs, "engines": found}, indent=1))
    else:
        click.echo(table(["engine", "vectors", "values", "differ", "seconds"], rows))
        for line in differing:
            click.echo(f"    {line}")
    if differing:
        ctx.exit(FINDINGS.code)


def _chosen(engines: str) -> list[str]:
    """Read the names of engines."""
    names = [name.strip() for name in engines.split(",") if name.strip()]
    if len(set(names)) < 2 or not {*names} <= {*ENGINES}:
        raise PlanError(f"engines must be two or more of {', '.join(ENGINES)}; got {engines!r}.")
    return list(dict.fromkeys(names))


def _some(snapshot: Snapshot, count: str) -> list[str] | None:
    """Choose customers at even distances in the order of their ids; None means all."""
    from features.evaluating.python_batch import known_customers

    if count == "all":
        return None
    if not count.isdecimal() or int(count) < 1:
        raise PlanError(f"customers must be a number of them, or all; got {count!r}.")
    known = known_customers(snapshot)
    return known[:: -(-len(known) // int(count))]
