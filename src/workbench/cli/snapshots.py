"""`bellwether snapshots`: which copies of a stream are kept, and what they cost."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from workbench.cli import home
from workbench.cli.console import examples, table

if TYPE_CHECKING:
    from workbench.settings import Settings

tenant_option = click.option(
    "--tenant", help="Whose; may be left out where there is only one tenant."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group(
    epilog=examples(
        "bellwether snapshots list --tenant acme",
        "bellwether snapshots prune --tenant acme --keep 3 --older-than 30 --dry-run",
        "bellwether snapshots compact --tenant acme",
    )
)
def snapshots() -> None:
    """See, thin out and tidy the copies of a tenant's stream."""


@snapshots.command("list", epilog=examples("bellwether snapshots list --tenant acme --json"))
@tenant_option
@json_option
def listing(tenant: str | None, as_json: bool) -> None:
    """List a tenant's snapshots, newest first, and what each is needed for."""
    from commerce.records.instants import from_micros
    from features.snapshots.retention import list_snapshots

    settings = home.settings()
    slug = home.tenant_slug(tenant)
    uses = snapshots_in_use(settings, slug)
    found = list_snapshots(settings.snapshots, slug)
    if as_json:
        rows = [asdict(one) | {"used_by": uses.get(one.hash, "")} for one in found]
        click.echo(json.dumps(rows, indent=1, default=str))
        return
    heads = ["snapshot", "taken (UTC)", "events", "from", "to", "files", "shared", "size", "own"]
    click.echo(
        table(
            heads,
            [
                [
                    one.hash[:12],
                    f"{one.taken_at:%Y-%m-%d %H:%M}",
                    f"{one.events:,}",
                    f"{from_micros(one.first_occurred):%Y-%m-%d}",
                    f"{from_micros(one.last_recorded):%Y-%m-%d}",
                    f"{one.files:,}",
                    f"{one.shared_files:,}",
                    _size(one.bytes),
                    _size(one.own_bytes),
                ]
                for one in found
            ],
        )
    )
    for one in found:
        reasons = filter(None, ("the current one" if one.current else "", uses.get(one.hash)))
        if said := ", ".join(reasons):
            click.echo(f"  {one.hash[:12]}: {said}")


@snapshots.command(
    epilog=examples(
        "bellwether snapshots prune --tenant acme --keep 3 --dry-run",
        "bellwether snapshots prune --tenant acme --older-than 90",
    )
)
@tenant_option
@click.option(
    "--keep",
    type=click.IntRange(1),
    default=3,
    show_default=True,
    help="How many of the newest stay.",
)
@click.option(
    "--older-than",
    type=click.IntRange(1),
    metavar="DAYS",
    help="Only what was taken longer ago goes.",
)
@click.option(
    "--force", is_flag=True, help="Also those that models or feature tables were made from."
)
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@json_option
def prune(
    tenant: str | None,
    keep: int,
    older_than: int | None,
    force: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Remove old snapshots, and the files that only they refer to.

    The current one stays always, and so does, without --force, one that a registered model or a stored
    feature table was made from: without it neither can be computed again.
    """
    from features.snapshots import retention

    settings = home.settings()
    slug = home.tenant_slug(tenant)
    result = retention.prune(
        settings.snapshots,
        slug,
        now=home.now(),
        keep=keep,
        older_than=None if older_than is None else timedelta(days=older_than),
        in_use={} if force else snapshots_in_use(settings, slug),
        dry_run=dry_run,
    )
    if as_json:
        click.echo(json.dumps(asdict(result) | {"dry_run": dry_run}, indent=1, default=str))
        return
    verb = "would go" if dry_run else "removed"
    for one in result.removed:
        click.echo(
            f"  {one.hash[:12]} {verb}: {one.events:,} events, {one.taken_at:%Y-%m-%d %H:%M}"
        )
    for name, why in result.kept.items():
        click.echo(f"  {name[:12]} stays: {why}")
    click.echo(
        f"  {len(result.removed)} snapshots and {result.files:,} files {verb}, {_size(result.bytes)}"
    )


@snapshots.command(epilog=examples("bellwether snapshots compact --tenant acme"))
@tenant_option
@json_option
def compact(tenant: str | None, as_json: bool) -> None:
    """Merge the current snapshot's files into one per month; its hash stays the same.

    `prune` removes the files they replace, a day later, where no older snapshot needs them.
    """
    from features.snapshots import retention

    settings = home.settings()
    result = retention.compact(settings.snapshots, home.tenant_slug(tenant))
    if as_json:
        click.echo(json.dumps(asdict(result), indent=1))
        return
    click.echo(
        f"  {result.hash[:12]}: {result.files_before:,} files are {result.files_after:,} now,"
        " the same rows and the same hash"
    )


def snapshots_in_use(settings: Settings, slug: str) -> Mapping[str, str]:
    """Find which snapshots something was made from that is still here, and what.

    Registered models name theirs in the tracking store, published packages in their files, feature tables
    in the name of their folder.

    Returns
    -------
    mapping of str to str
        "needed by acme.churn/1, acme.credit/2, feature tables", by hash.
    """
    makers: dict[str, list[str]] = {}
    if (settings.mlruns / "mlflow.db").exists():
        from training.publishing.tracking import open_tracker

        for label, name in open_tracker(settings.mlruns).snapshots_of(slug).items():
            makers.setdefault(name, []).append(label)
    for path in (settings.packages / slug).glob("*/*/package.json"):
        package = json.loads(path.read_text(encoding="utf-8"))["content"]
        if name := package["trained_on"].get("snapshot"):
            makers.setdefault(name, []).append(f"{slug}.{path.parts[-3]}/{path.parts[-2]}")
    for path in (settings.features / slug).glob("*/*.parquet"):
        makers.setdefault(path.parent.name, []).append("feature tables")
    return {name: f"needed by {', '.join(sorted(set(made)))}" for name, made in makers.items()}


def _size(size: int) -> str:
    """Write bytes for people."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"
