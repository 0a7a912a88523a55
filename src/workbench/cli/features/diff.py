"""`bellwether features diff`: what was declared otherwise, and which models that touches."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from workbench.cli import home
from workbench.cli.console import examples

if TYPE_CHECKING:
    from features.comparing.changes import Change

_SIGNS = {"added": "+", "removed": "-", "renamed": ">", "changed": "~", "reworded": "="}


@click.command(
    epilog=examples(
        "bellwether features diff",
        "bellwether features diff demo.churn/1 code",
        "bellwether features diff demo code --json",
        "bellwether features diff HEAD~5 code",
    )
)
@click.argument("before", required=False)
@click.argument("after", default="code")
@click.option("--json", "as_json", is_flag=True, help="Print the changes as JSON.")
def diff(before: str | None, after: str, as_json: bool) -> None:
    """Compare two versions of the features, and name the models that would have to be trained again.

    Without arguments, what each champion was trained on is compared with the code, and so is each tenant's
    feature table built last, which knows the whole catalogue of then. BEFORE and AFTER are `code`; a model such
    as demo.churn (its champion) or demo.churn/1; a tenant (its features built last) or the folder or file of a
    feature table; or a git revision (git:NAME if it is called like one of those).

    A feature that is declared otherwise (~) gives other values, and a model that reads it is no longer served
    until it is trained again; so it is with one that was removed (-) or goes by another name (>). What is only
    said of a feature (=: meaning, unit, owner, range) may change freely. A model names only what it reads; of
    the rest of AFTER the number is given, or the names with --json.
    """
    from features.comparing.changes import compare, outdated
    from workbench.versions import find_version, models, tables

    settings = home.settings()
    published = list(models(settings.packages))
    aim = find_version(settings, after)
    starts = (
        [*(model.version for model in published if model.champion), *tables(settings.features)]
        if before is None
        else [find_version(settings, before)]
    )
    found = [(start, compare(start, aim)) for start in starts]
    stale = {
        model.label: outdated(model.version.hashes, aim)
        for model in published
        if model.champion and aim.whole
    }
    if as_json:
        content = {
            "after": aim.name,
            "comparisons": [
                {"before": start.name, "changes": [change.as_dict() for change in changes]}
                for start, changes in found
            ],
            "train_again": {label: list(names) for label, names in stale.items() if names},
        }
        click.echo(json.dumps(content, indent=1))
        return
    if not found:
        click.echo("  no model is published and no table built yet; type `bellwether run`")
    for start, changes in found:
        click.echo(f"  {start.name} -> {aim.name}: {_counted(changes)}")
        for change in changes:
            if change.kind in _SIGNS:
                click.echo(f"    {_SIGNS[change.kind]} {change.name}: {change.text}")
    for label, names in stale.items():
        advice = f"train again, {_few(names)} changed" if names else "may stay as it is"
        click.echo(f"  {label}: {advice}")


def _counted(changes: tuple[Change, ...]) -> str:
    """Count changes by their kinds; apart, what a model does not read."""
    kinds = [change.kind for change in changes]
    counts = [f"{kinds.count(kind)} {kind}" for kind in _SIGNS if kind in kinds]
    unread = kinds.count("unread")
    rest = f"; {unread} it does not read" if unread else ""
    return (", ".join(counts) or "nothing changed") + rest


def _few(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
