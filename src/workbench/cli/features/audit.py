"""`bellwether features audit`: whether features come out the same, whoever computes them, whenever."""

from __future__ import annotations

import json

import click

from workbench.cli import home
from workbench.cli.console import examples, note
from workbench.runs.exit_status import FINDINGS


@click.command(
    epilog=examples(
        "bellwether features audit --tenant acme",
        "bellwether features audit --tenant acme --sample 500 --json",
    )
)
@click.option("--tenant", help="Whose; may be left out where there is only one tenant.")
@click.option(
    "--sample",
    type=click.IntRange(1),
    default=100,
    show_default=True,
    help="Kept answers, and customers, to look at.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the certificate as JSON.")
@click.pass_context
def audit(ctx: click.Context, tenant: str | None, sample: int, as_json: bool) -> None:
    """Compute answers and features again by every way, on the tenant's own records, and certify it.

    Kept answers as of their own instants, sampled customers now and around events of theirs: as they occurred,
    and as they arrived. As answered then, as the server computes now, in batch from a fresh snapshot, and from
    only what was recorded before: all must be the same bits. The certificate is kept in
    data/packages/TENANT/audits, and training promotes nothing that reads a feature which differed when it was
    audited last. Exits with 9 where something differs. Made for cron, once a night.
    """
    from training.judging.audits import write_audit
    from workbench import layouts
    from workbench.audit import audit as examine

    bench = home.open_bench(tenant)
    with note(f"auditing {bench.tenant.slug}"):
        found = examine(
            bench.engine,
            bench.tenant,
            layouts.copy_stream(bench),
            bench.settings.packages,
            as_of=bench.cutoff,
            now=bench.now,
            sample=sample,
        )
    path = write_audit(found, bench.settings.packages)
    if as_json:
        click.echo(json.dumps(found.as_dict(), indent=1))
    else:
        click.echo(f"  {found.text}" if found.holds else f"  {found.differences} differences")
        for example in found.examples:
            click.echo(f"    {example.text}")
        if found.backfilled:
            click.echo(
                f"  {found.backfilled} answers were given before events were backfilled behind them;"
                " they were computed again as known then"
            )
        if found.left_out:
            click.echo(f"  {found.left_out} answers read features declared otherwise since")
        click.echo(f"  certificate: {path}")
    if not found.holds:
        ctx.exit(FINDINGS.code)
