"""`bellwether replay`: a past answer rebuilt from the stream, or the traffic of a while run through another version."""

from __future__ import annotations

import json
from datetime import timedelta

import click

from workbench.cli import home
from workbench.cli.console import Bar, examples
from workbench.records import open_records


@click.command(
    epilog=examples(
        "bellwether replay 2ff67701-6773-4121-9eae-5faebf0df3ff",
        "bellwether replay 2ff67701-6773-4121-9eae-5faebf0df3ff --json",
        "bellwether replay --since 2026-11-01 --package demo.churn/3",
    )
)
@click.argument("request_id", required=False)
@click.option("--package", metavar="VERSION", help="Run traffic through it instead: demo.churn/3.")
@click.option(
    "--since", metavar="DATE", help="Answers that were given from then on; default: a week."
)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def replay(request_id: str | None, package: str | None, since: str | None, as_json: bool) -> None:
    """Rebuild a past answer and compare it to the last digit, or run traffic through another version.

    REQUEST_ID stands in every answer and in every row of the score table. The customer's features are
    computed again from the stream as of the answer's own instant, and decided by the very package that
    answered then. Exits with 2 where anything differs.

    With --package, every answer that the model gave online is decided by that version, promoted or not: what would have
    been done otherwise, and what it was expected to earn.
    """
    if (request_id is None) == (package is None):
        raise click.UsageError(
            "replay must be given a REQUEST_ID or --package; got"
            f" {'none' if package is None else 'both'}. See --help."
        )
    if package is not None:
        _rerun(package, since, as_json=as_json)
    elif request_id is not None:
        _rebuild(request_id, as_json=as_json)


def _rerun(label: str, since: str | None, *, as_json: bool) -> None:
    """Run the traffic of a while through a version."""
    from commerce.records.database import reading
    from commerce.records.instants import parse_as_of
    from commerce.records.money import format_money
    from commerce.records.tenants import find_tenant
    from features.catalogue import CATALOGUE
    from serving.predict.packages import PackageShelf
    from serving.predict.traffic import rerun
    from workbench.cli.models.showing import found_package

    settings, until = home.settings(), home.now()
    candidate = found_package(settings, label, None)
    with reading(open_records(settings)) as connection, Bar() as bar:
        tenant = find_tenant(connection, candidate.tenant)
        begin = until - timedelta(days=7) if since is None else parse_as_of(since, tenant.zone)
        shelf = PackageShelf([settings.packages], CATALOGUE)
        found = rerun(connection, shelf, tenant, candidate, since=begin, until=until, progress=bar)
    if as_json:
        click.echo(json.dumps(found.as_dict(), indent=1))
        return
    by = ", ".join(f"{count:,} by {label}" for label, count in found.answered_by.most_common())
    click.echo(
        f"  {found.answers:,} answers of {candidate.name} since {begin:%Y-%m-%d %H:%M} UTC"
        f"{f' ({by})' if by else ''}"
    )
    if found.unread:
        click.echo(f"  {found.unread:,} by values that {candidate.label} does not read: left out")
    if not found.rerun:
        return
    click.echo(
        f"  {candidate.label} would say to do something else in {found.changed:,} of {found.rerun:,};"
        f" the risk moves by {found.shift:.3f} on average, by {found.largest:.3f} at most"
    )
    for (before, after), count in found.actions.most_common():
        click.echo(f"    {before} -> {after}  {count:,}")
    then, now = (
        format_money(gain, tenant.currency) for gain in (found.gain_before, found.gain_after)
    )
    if found.gain_before or found.gain_after:
        click.echo(f"  acting was expected to earn {then}, and would be {now}")
    for each in found.examples:
        click.echo(
            f"    {each.request_id}  risk {each.before:.3f} -> {each.after:.3f},"
            f" {each.action_before} -> {each.action_after}"
        )


def _rebuild(request_id: str, *, as_json: bool) -> None:
    """Rebuild an answer."""
    from commerce.records.database import reading
    from features.catalogue import CATALOGUE
    from serving.predict.packages import PackageShelf
    from serving.predict.replay import replay as rebuild

    settings = home.settings()
    with reading(open_records(settings)) as connection:
        rebuilt = rebuild(connection, PackageShelf([settings.packages], CATALOGUE), request_id)
    rebuilt.require_same()
    if as_json:
        meant = None if rebuilt.customer is None else rebuilt.customer.as_dict()
        click.echo(json.dumps({"customer": meant, **rebuilt.again}, indent=1))
        return
    kept, about = rebuilt.kept, rebuilt.customer
    whom = "values sent" if about is None else f"customer {about.text} ({about.id})"
    asked = "probability of coming back" if kept.probability is None else "probability"
    click.echo(
        f"  {whom}, {kept.model_version} as of {kept.as_of:%Y-%m-%d %H:%M} UTC: {kept.decision.action},"
        f" {asked} {kept.return_probability if kept.probability is None else kept.probability!r}"
    )
    for reason in kept.reasons:
        click.echo(f"    {reason.text}")
    if rebuilt.unread is not None:
        click.echo(f"  {rebuilt.unread}")
        return
    if rebuilt.left_out:
        click.echo(
            f"  left out: {rebuilt.left_out:,} events that were backfilled or undone after the answer was given"
        )
    if rebuilt.rounded:
        click.echo(
            "  the same but for the last digits, as what was answered before log-odds were told in steps:"
            f" {rebuilt.rounded[0]}"
        )
        return
    click.echo(f"  the same to the last digit, {len(kept.features)} features included")
