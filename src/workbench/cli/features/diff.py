"""`bellwether features diff`: what was declared otherwise, and which models that touches."""

from __future__ import annotations

import json

import click

from workbench.cli import home
from workbench.cli.console import examples

_SIGNS = {"added": "+", "removed": "-", "changed": "~", "reworded": "="}


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

    Without arguments, what each champion was trained on is compared with the code. BEFORE and AFTER are
    `code`; a model such as demo.churn (its champion) or demo.churn/1; a tenant (its features built last) or
    the folder or file of a feature table; or a git revision (git:NAME if it is called like one of those).

    A feature that is declared otherwise (~) gives other values, and a model that reads it is no longer served
    until it is trained again. What is only said of a feature (=: meaning, unit, owner, range) may change
    freely.
    """
    from features.comparing.changes import compare, outdated
    from workbench.versions import find_version, models

    settings = home.settings()
    published = list(models(settings.packages))
    aim = find_version(settings, after)
    starts = (
        [model.version for model in published if model.champion]
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
        click.echo("  no model is published yet; type `bellwether run`")
    for start, changes in found:
        click.echo(f"  {start.name} -> {aim.name}: " + (_counted(changes) or "nothing changed"))
        for change in changes:
            click.echo(f"    {_SIGNS[change.kind]} {change.name}: {change.text}")
    for label, names in stale.items():
        told = f"train again, {_few(names)} changed" if names else "may stay as it is"
        click.echo(f"  {label}: {told}")


def _counted(changes: tuple[object, ...]) -> str:
    kinds = [getattr(change, "kind") for change in changes]  # noqa: B009
    return ", ".join(f"{kinds.count(kind)} {kind}" for kind in _SIGNS if kind in kinds)


def _few(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
