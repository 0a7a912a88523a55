"""`bellwether models compare`: two versions on the same rows, or a shadow against what was answered."""

from __future__ import annotations

import json
from datetime import UTC, tzinfo

import click

from workbench.cli import home
from workbench.cli.console import examples, note, table
from workbench.cli.models.shadowing import compare_shadow
from workbench.cli.models.showing import found_package, whose


@click.command(
    epilog=examples(
        "bellwether models compare demo.churn/2 demo.churn/3",
        "bellwether models compare churn/2 churn --tenant demo --json",
        "bellwether models compare demo.churn --shadow --since 2026-11-01",
    )
)
@click.argument("one", metavar="A")
@click.argument("other", metavar="[B]", required=False)
@whose
@click.option("--shadow", is_flag=True, help="What A's shadow would have changed; without B.")
@click.option("--since", metavar="DATE", help="With --shadow: answers from then on; default: all.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def compare(
    one: str,
    other: str | None,
    tenant: str | None,
    shadow: bool,
    since: str | None,
    as_json: bool,
) -> None:
    """Compare version A with version B on the latest customers whose outcomes are known.

    The difference is A less B on the same customers, with its 95 % interval; where both cannot be asked about the same
    customers, it is said why, and the figures are those of their cards.

    With --shadow, A is a model, and what its shadow said is held against the answers that were given: decisions that
    would be others, bands that move, and the money. Either version expects more of its own decisions, so where they
    differ, both are reckoned by the figures of both. Each customer counts once, by the latest answer. A version that
    shadowed before is named: demo.churn/3. See `bellwether models shadow --help`.
    """
    if shadow and other is not None:
        raise click.UsageError(
            f"compare --shadow must name one model; got {other!r}, too. See --help."
        )
    if other is None and not shadow:
        raise click.UsageError(
            "compare must be given A and B, or A with --shadow; got A. See --help."
        )
    if since is not None and not shadow:
        raise click.UsageError("--since must stand with --shadow; got it without. See --help.")
    if other is None:
        compare_shadow(one, tenant, since, as_json=as_json)
    else:
        _compare_two(one, other, tenant, as_json=as_json)


def _compare_two(one: str, other: str, tenant: str | None, *, as_json: bool) -> None:
    """Compare two versions on the same rows."""
    from commerce.records.instants import from_micros
    from features.snapshots.snapshot import load_snapshot
    from workbench import comparisons, notebook

    settings = home.settings()
    first, second = (found_package(settings, text, tenant) for text in (one, other))
    zone: tzinfo = UTC
    if first.fields is not None:
        found = comparisons.by_cards(first, second, comparisons.why_not_comparable(first, second))
    else:
        bench = notebook.open_bench(tenant=first.tenant)
        zone = bench.tenant.zone
        with note("asking both about the same customers"):
            stream = load_snapshot(settings.snapshots, first.tenant, None)
            found = comparisons.compare(bench, stream, first, second)
        bench.engine.dispose()
    if as_json:
        click.echo(json.dumps(found.as_dict(), indent=1))
        return
    heads = ["figure", first.label, second.label]
    rows = [
        [name, *(_written(found.figures[label].get(name)) for label in (found.one, found.other))]
        for name in comparisons.FIGURES
    ]
    click.echo(table(heads, rows))
    if found.cutoff is not None:
        day = from_micros(found.cutoff).astimezone(zone).date()
        difference = found.difference
        click.echo(
            f"  on the same {found.rows:,} customers as of {day}: AUC {difference['delta_auc']:+.4f} (95 % interval"
            f" {difference['delta_auc_low']:+.4f} to {difference['delta_auc_high']:+.4f}), Brier"
            f" {difference['delta_brier']:+.5f}"
        )
    for sentence in found.notes:
        click.echo(f"  {sentence}")


def _written(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
