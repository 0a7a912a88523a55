"""What the commands that import share: options, a bar while it runs, and what it came to, in lines or as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

import click

from workbench.cli import home
from workbench.cli.console import Bar
from workbench.cli.imports.saved import asked_name, keep_options, save_as_option
from workbench.cli.outcomes import shorten
from workbench.records import open_records, try_records

if TYPE_CHECKING:
    from importing.engine.summary import ImportSummary

Outcome = TypeVar("Outcome")

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
"""An argument or option that must be an existing file."""

tenant_option = click.option(
    "--tenant", required=True, help="Whose records; created by the first import."
)


backfill_option = click.option(
    "--backfill",
    is_flag=True,
    help="What comes in behind something that was computed counts from when it happened (or was recorded, where the"
    " file says so) all the same, as does what an earlier import of the same rows took in late. Answers given stay.",
)


def outcome_options(command: Any) -> Any:
    """Add what may be asked of any import: to try it, to keep its options, to print JSON."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON."),
        save_as_option,
        click.option(
            "--dry-run", is_flag=True, help="Show what it would come to, and write nothing."
        ),
    ):
        command = option(command)
    return command


def tenant_conventions(command: Any) -> Any:
    """Add ``--currency`` and ``--timezone``, which the first import settles."""
    for option in (
        click.option("--timezone", metavar="ZONE", help="IANA name; of a new tenant, default UTC."),
        click.option("--currency", metavar="CODE", help="ISO 4217; of a new tenant, default USD."),
    ):
        command = option(command)
    return command


def column_options(columns: Mapping[str, str]) -> Callable[[Any], Any]:
    """Add an option for each column that a person may name: name of the option, and its help."""

    def add(command: Any) -> Any:
        for name, text in reversed(list(columns.items())):
            command = click.option(f"--{name}", metavar="COLUMN", help=text)(command)
        return command

    return add


def format_options(command: Any) -> Any:
    """Add what may be said about how a file is written."""
    for option in reversed(
        (
            click.option(
                "--delimiter", help="One character, or tab, space, comma, semicolon, pipe."
            ),
            click.option("--encoding", help="Such as utf-8 or cp1252."),
            click.option("--decimal", type=click.Choice([".", ","]), help="The decimal mark."),
            click.option(
                "--time-format",
                metavar="FORMAT",
                multiple=True,
                help="DMY, MDY, YMD or a pattern such as %d.%m.%Y; given more than once, tried in turn. One of a clock"
                " alone, such as %H%M, is of --time-of-day.",
            ),
            click.option(
                "--time-of-day",
                metavar="COLUMN",
                help="The clock, where it stands beside the date: 14:30, 2:30 PM, 1430, 0.604.",
            ),
            click.option(
                "--zone-column",
                metavar="COLUMN",
                help="The zone of each row's times: Europe/Berlin, CET, +02:00.",
            ),
            click.option(
                "--ignore",
                multiple=True,
                metavar="COLUMN",
                help="A column to leave out, though its name is well known; may be given many times.",
            ),
            click.option(
                "--skip",
                type=click.IntRange(min=0),
                metavar="LINES",
                help="Lines above the header.  [default: those that are no row]",
            ),
            click.option(
                "--allow-refused",
                type=click.FloatRange(0, 1),
                default=0.05,
                show_default=True,
                metavar="SHARE",
                help="Share of rows that may be refused; where more are, nothing is taken in.",
            ),
        )
    ):
        command = option(command)
    return command


def run_import(
    importer: Callable[..., Outcome],
    source: Path,
    *asked: Any,
    tenant: str,
    dry_run: bool,
    **more: Any,
) -> Outcome:
    """Run an importer on the record store of this home; refused rows go to the tenant's folder."""
    settings = home.settings()
    given = {"now": home.now(), "rejects_folder": settings.raw / tenant, "dry_run": dry_run, **more}
    store = try_records(settings) if dry_run else nullcontext(open_records(settings))
    with store as engine, Bar() as bar:
        outcome = importer(engine, source, *asked, progress=bar, **given)
    if not dry_run:
        keep_options()
    return outcome


def as_document(summary: ImportSummary) -> dict[str, Any]:
    """Give what ``--json`` prints: seven numbers, and of a dry run how the file was read, too."""
    if not summary.dry_run:
        return dict(summary.as_dict())
    content, detected = summary.content, summary.detected
    return {
        **summary.as_dict(),
        "dry_run": True,
        "reasons": dict(summary.reasons),
        "columns": dict(detected.used),
        "left_aside": list(detected.left_aside()),
        "no_data": {kind: list(lines) for kind, lines in summary.left_aside.items()},
        "content": None if content is None else content._asdict(),
        "changed": list(summary.changed),
    }


def show_summary(summary: ImportSummary, file: Path, *, as_json: bool) -> None:
    """Say what an import did."""
    if as_json:
        click.echo(json.dumps(as_document(summary)))
        return
    from commerce.records.instants import from_micros
    from commerce.records.money import format_money

    click.echo(f"  reading {file}: {summary.detected.sentence()}")
    _show_columns(summary)
    refused = ""
    if summary.rejects is not None:
        where = "they would be in" if summary.dry_run else "see"
        refused = f" ({where} {shorten(str(summary.rejects), home.settings().home)})"
    click.echo(
        f"  {summary.rows_read:,} rows: {summary.rows_accepted:,} in,"
        f" {summary.rows_duplicate:,} known already, {summary.rows_rejected:,} refused{refused}"
    )
    for line in summary.refusals:
        click.echo(f"    {line}")
    if summary.left_aside:
        asides = ", ".join(_aside(kind, lines) for kind, lines in summary.left_aside.items())
        click.echo(f"  no data, left aside: {asides}")
    if (content := summary.content) is not None:
        first, last = (
            from_micros(at).astimezone(ZoneInfo(summary.timezone)).date()
            for at in (content.first, content.last)
        )
        nameless = ""
        if content.nameless:
            rows = "row names" if content.nameless == 1 else "rows name"
            nameless = (
                f"; {content.nameless:,} {rows} no customer: sales of the shop, told about nobody"
            )
        click.echo(
            f"  read: {format_money(content.amount, summary.currency)} of {content.customers:,} customers,"
            f" {first} to {last}{nameless}"
        )
    for sentence in summary.changed_sentences():
        click.echo(f"  {sentence}")
    click.echo(
        f"  new: {summary.customers:,} customers, {summary.orders:,} orders, {summary.events:,} events;"
        f" tenant {summary.tenant} counts in {summary.currency}, days begin in {summary.timezone}"
    )
    _show_late(summary)
    if summary.dry_run:
        click.echo("  dry run: nothing was written; leave --dry-run out to import")
        return
    if (name := asked_name()) is not None:
        click.echo(f"  saved as {name}: bellwether import again {name} FILE")
    if summary.events or summary.backfilled:
        click.echo(f"  next: bellwether run --tenant {summary.tenant}")


def _aside(kind: str, lines: Sequence[int]) -> str:
    """Count lines of a kind, and name the first."""
    some = ", ".join(f"{line:,}" for line in lines[:3]) + (", ..." if len(lines) > 3 else "")
    return (
        f"{len(lines):,} {kind} (line {some})"
        if len(lines) == 1
        else f"{len(lines):,} {kind}s (lines {some})"
    )


def _show_late(summary: ImportSummary) -> None:
    """Say what came in behind something that was computed."""
    late = summary.late
    if late.first is None or late.seen is None:
        return
    from commerce.records.database import reading
    from commerce.records.tenants import find_tenant
    from workbench.backfills import arrival_lines

    settings = home.settings()
    with reading(open_records(settings)) as connection:
        for line in arrival_lines(
            connection,
            settings,
            find_tenant(connection, summary.tenant),
            late=late.events,
            first=late.first,
            seen=late.seen,
            backfilled=summary.backfilled,
        ):
            click.echo(f"  {line}")


def _show_columns(summary: ImportSummary) -> None:
    """Say what each column was used for, and which were left aside."""
    used = ", ".join(f"{role} {column!r}" for role, column in summary.detected.used.items())
    if used:
        rest = ", ".join(map(repr, summary.detected.left_aside()))
        click.echo(f"  columns: {used}" + (f"; left aside: {rest}" if rest else ""))
