"""`bellwether features build`: the table of features, checked and written."""

from __future__ import annotations

import json
import time
from contextlib import ExitStack
from pathlib import Path

import click

from workbench.cli import home
from workbench.cli.console import Bar, examples
from workbench.cli.features.engines import open_engine, settle_cutoffs, spark_options


@click.command(
    epilog=examples(
        "bellwether features build --tenant acme --months 12",
        "bellwether features build --tenant acme --cutoff 2026-01-01 --cutoff 2026-02-01 --json",
        "bellwether features build --tenant acme --engine spark --master spark://host:7077",
    )
)
@click.option("--tenant", help="Whose; may be left out where there is only one tenant.")
@click.option(
    "--engine",
    type=click.Choice(["duckdb", "spark"]),
    default="duckdb",
    show_default=True,
    help="What computes them; the values are the same.",
)
@click.option(
    "--cutoff",
    "asked",
    multiple=True,
    help="As of when: a date (00:00 where the tenant is) or an ISO instant. Default: the tenant's clock.",
)
@click.option("--months", type=click.IntRange(1), help="The beginnings of so many months instead.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to.  [default: data/features]",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was built as JSON.")
@spark_options
def build(
    tenant: str | None,
    engine: str,
    asked: tuple[str, ...],
    months: int | None,
    out: Path | None,
    as_json: bool,
    master: str,
    settings: tuple[str, ...],
) -> None:
    """Copy the stream, compute every feature of every customer, hold them against their declarations, write them.

    One Parquet file per cutoff, OUT/TENANT/SNAPSHOT/MICROSECONDS.parquet; beside them what the features are
    declared as, and what the checks found. Nothing is written that breaks a declaration.
    """
    import pandas as pd

    from features.catalogue import CATALOGUE
    from features.checks import check, check_stream
    from features.frames import frame_of, write_features
    from scoring.wording import counted
    from workbench import layouts

    bench = home.open_bench(tenant)
    cutoffs = settle_cutoffs(bench, asked, months)
    snapshot = layouts.copy_stream(bench)
    root = out or bench.settings.features
    report = root / snapshot.tenant / snapshot.hash
    check_stream(snapshot, report_folder=report).require()
    began, frames = time.monotonic(), []
    absent: tuple[str, ...] = ()
    with ExitStack() as held:
        bar = held.enter_context(Bar())
        scratch = bench.settings.data / "spark"
        tables = open_engine(engine, held, master=master, folder=scratch, settings=settings)
        for table in tables(snapshot, cutoffs, CATALOGUE):
            frames.append(frame_of(table))
            absent = table.absent
            bar("cutoffs", len(frames), len(cutoffs))
    seconds = time.monotonic() - began
    frame = pd.concat(frames, ignore_index=True)
    checked = check(frame, CATALOGUE, absent=absent, report_folder=report)
    checked.require()
    files = write_features(frame, root, snapshot=snapshot, catalogue=CATALOGUE)
    customers = int(frame["customer_id"].nunique())
    made = {
        "tenant": snapshot.tenant,
        "snapshot": snapshot.hash,
        "catalogue": CATALOGUE.hash,
        "engine": engine,
        "cutoffs": cutoffs,
        "customers": customers,
        "rows": len(frame),
        "features": len(CATALOGUE),
        "absent": list(absent),
        "checks": checked.headline,
        "seconds": round(seconds, 3),
        "files": [str(path) for path in files],
    }
    if as_json:
        click.echo(json.dumps(made, indent=1))
        return
    click.echo(
        f"  tenant {snapshot.tenant}: {counted(customers, 'customer')} x {counted(len(cutoffs), 'cutoff')},"
        f" {len(CATALOGUE)} features by {engine} in {seconds:.1f} s, {checked.headline}"
    )
    if absent:
        click.echo(f"  {len(absent)} features have no records here: {', '.join(absent[:3])} ...")
    click.echo(f"  written to {report}: {len(frame):,} rows in {len(files)} files")
