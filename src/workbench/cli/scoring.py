"""`bellwether score`: a decision about every customer, as a file."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbench.cli import home
from workbench.cli.console import examples
from workbench.cli.features.engines import read_settings, spark_options
from workbench.errors import PlanError

if TYPE_CHECKING:
    from features.declaring.declaration import Catalogue
    from features.snapshots.snapshot import Snapshot
    from workbench.decision_columns import Decider
    from workbench.notebook import Bench


@click.command(
    epilog=examples(
        "bellwether score churn --tenant demo --to churn.parquet",
        "bellwether score credit --to credit.csv --as-of 2026-01-31 --no-reasons --force",
        "bellwether score churn --tenant acme --to /mnt/churn.parquet --engine spark --master spark://host:7077",
    )
)
@click.argument("model")
@click.option("--tenant", metavar="NAME", help="Whose customers; default: the only one.")
@click.option(
    "--to",
    "target",
    required=True,
    type=click.Path(path_type=Path),
    help="The file: .csv, .xlsx or .parquet. Spark writes a folder of Parquet files.",
)
@click.option(
    "--engine",
    type=click.Choice(["duckdb", "spark"]),
    default="duckdb",
    show_default=True,
    help="What computes: this process, or Spark's, for what outgrows a machine. The answers are the same.",
)
@click.option("--as-of", metavar="DATE", help="As of when; default: the shop's clock.")
@click.option(
    "--reasons/--no-reasons",
    "with_reasons",
    default=True,
    show_default=True,
    help="Whether to say why, which takes longer than all the rest.",
)
@click.option("--force", is_flag=True, help="Replace what is there.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
@spark_options
def score(
    model: str,
    tenant: str | None,
    target: Path,
    engine: str,
    as_of: str | None,
    with_reasons: bool,
    force: bool,
    as_json: bool,
    master: str,
    settings: tuple[str, ...],
) -> None:
    """Decide about every customer with the champion, and write the decisions to a file.

    One row per customer, with the columns of `bellwether scores export` and the answers of `bellwether run`, to the
    bit. Nothing is kept in the record store: `bellwether run` does that.
    """
    from features.catalogue import CATALOGUE
    from training.specs import find_spec
    from workbench import layouts
    from workbench.champions import answering
    from workbench.decision_columns import Decider
    from workbench.notebook import open_bench
    from workbench.score_files import check_target

    name = find_spec(model).name
    check_target(target, force=force)
    if engine == "spark" and target.suffix.lower() != ".parquet":
        raise PlanError(
            f"file must end in .parquet where Spark writes it; got {target.name!r}. Rename it."
        )
    bench = open_bench(tenant=home.tenant_slug(tenant), as_of=as_of)
    package, stand_in = answering(bench, name)
    decider = Decider(package=package, as_of=bench.as_of.isoformat(), with_reasons=with_reasons)
    catalogue = CATALOGUE.subset(package.names)
    snapshot = layouts.copy_stream(bench)
    began = time.monotonic()
    if engine == "spark":
        from features.evaluating.spark_evaluator import session
        from features.evaluating.spark_tables import write_table
        from workbench.customers import customer_names

        scratch = bench.settings.data / "spark"
        with session(master, scratch, read_settings(settings)) as opened:
            rows = write_table(
                opened,
                snapshot,
                bench.cutoff,
                catalogue,
                work=decider,
                columns=decider.columns,
                names=customer_names(bench),
                target=target.absolute(),
            )
    else:
        rows = _write_here(bench, snapshot, catalogue, decider, target)
    seconds = time.monotonic() - began
    if as_json:
        told = {
            "tenant": bench.tenant.slug,
            "model": name,
            "model_version": package.label,
            "as_of": decider.as_of,
            "snapshot": snapshot.hash,
            "engine": engine,
            "rows": rows,
            "seconds": round(seconds, 3),
            "file": str(target),
        }
        click.echo(json.dumps(told, indent=1))
        return
    if stand_in:
        click.echo(f"  {stand_in}")
    click.echo(
        f"  {rows:,} customers of {bench.tenant.slug} by {package.label} as of {bench.as_of:%Y-%m-%d %H:%M} UTC"
        f" in {seconds:.1f} s: {target}"
    )


def _write_here(
    bench: Bench, snapshot: Snapshot, catalogue: Catalogue, decider: Decider, target: Path
) -> int:
    """Compute and decide in this process."""
    import pandas as pd

    from features.evaluating.duckdb_evaluator import evaluate_each
    from workbench.customers import by_own_id
    from workbench.exports import export_table
    from workbench.score_files import in_kinds

    (table,) = evaluate_each(snapshot, [bench.cutoff], catalogue)
    frame = in_kinds(pd.DataFrame(decider(table), columns=list(decider.columns)))
    export_table(by_own_id(bench, frame), target)
    return len(frame)
