"""`bellwether replay`: any past answer, rebuilt from the stream."""

from __future__ import annotations

import json

import click

from workbench.cli import home
from workbench.cli.console import examples
from workbench.records import open_records


@click.command(
    epilog=examples(
        "bellwether replay 2ff67701-6773-4121-9eae-5faebf0df3ff",
        "bellwether replay 2ff67701-6773-4121-9eae-5faebf0df3ff --json",
    )
)
@click.argument("request_id")
@click.option("--json", "as_json", is_flag=True, help="Print the rebuilt answer as JSON.")
def replay(request_id: str, as_json: bool) -> None:
    """Rebuild a past answer and compare it to the last digit.

    REQUEST_ID stands in every answer and in every row of the score table. The customer's features are
    computed again from the stream as of the answer's own instant, and decided by the very package that
    answered then. Exits with 2 where anything differs.
    """
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
    click.echo(f"  the same to the last digit, {len(kept.features)} features included")
