"""`bellwether models show` and `bellwether models card`: one version in full."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from workbench.cli import home
from workbench.cli.console import examples, table

if TYPE_CHECKING:
    from scoring.any_package import AnyPackage
    from scoring.package import Package
    from workbench.settings import Settings

named_model = click.argument("model", metavar="NAME[/VERSION]")
whose = click.option(
    "--tenant", metavar="NAME", help="Whose; default: as the name says, or the only one."
)


def found_package(settings: Settings, text: str, tenant: str | None) -> Package:
    """Find the version that somebody named, the champion where no version is."""
    from workbench.registry import find_package

    return find_package(settings, *found_label(settings, text, tenant))


def found_label(settings: Settings, text: str, tenant: str | None) -> tuple[str, str | None]:
    """Read the name of a model, of the only tenant where none is named."""
    from workbench.registry import find_label

    if "." not in text.partition("/")[0]:
        tenant = home.tenant_slug(tenant)
    return find_label(settings, text, tenant)


@click.command(
    epilog=examples(
        "bellwether models show demo.churn", "bellwether models show demo.churn/2 --json"
    )
)
@named_model
@whose
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(model: str, tenant: str | None, as_json: bool) -> None:
    """Show one version in full: figures, gates, decision, what it learned from, when it was champion."""
    from scoring.files import KINDS, kind_of
    from scoring.package import Package
    from scoring.pipelines import PipelinePackage
    from scoring.promotions import promotions
    from workbench.registry import find_any, listed

    settings = home.settings()
    package = find_any(settings, *found_label(settings, model, tenant))
    (line,) = [each for each in listed(settings, package.tenant) if each.label == package.label]
    history = [
        each
        for each in promotions(settings.packages, package.tenant, package.model)
        if each.version == package.version
    ]
    obstacle = _obstacle(package)
    decision = package.decision if isinstance(package, Package | PipelinePackage) else None
    inputs = _inputs(package)
    if as_json:
        told = {
            **line.as_dict(),
            "kind": kind_of(package),
            "usable": obstacle is None,
            "features": inputs,
            "decision": decision and decision.rule,
            "threshold": decision and decision.threshold,
            "trained_on": dict(package.trained_on),
            "validation": dict(package.validation),
            "card": dict(package.card),
            "promotions": [vars(each) for each in history],
        }
        click.echo(json.dumps(told, indent=1, ensure_ascii=False))
        return
    origin = package.trained_on
    rows = [
        ["version", f"{package.label}, {line.state}"],
        ["answers with", KINDS[kind_of(package)].answer],
        ["usable here", "yes" if obstacle is None else f"no: {obstacle}"],
        ["AUC, out of time", "-" if line.auc is None else f"{line.auc:.4f}"],
        ["Brier", "-" if line.brier is None else f"{line.brier:.4f}"],
        ["decision", "-" if decision is None else decision.rule],
        ["features", str(len(inputs)) if inputs else "-"],
        ["trained as of", line.as_of or "-"],
        ["rows", f"{origin['n_train']:,}" if "n_train" in origin else "-"],
        ["snapshot", str(origin.get("snapshot", "-"))],
        ["expires", line.expires or "-"],
    ]
    if line.note:
        rows.insert(1, ["note", line.note])
    click.echo(table(["", ""], rows, left=(0, 1)).partition("\n")[2])
    for gate in package.card.get("gates", ()):
        click.echo(f"  gate {gate['name']}: {gate.get('verdict', '')}, {gate['text']}")
    for each in history:
        click.echo(f"  champion since {each.at[:16].replace('T', ' ')} by {each.by}: {each.why}")


def _obstacle(package: AnyPackage) -> str | None:
    """Say why a version cannot answer here; None where it can."""
    from features.catalogue import CATALOGUE
    from scoring.errors import ScoringError
    from scoring.package import Package, check_outputs
    from scoring.pipelines import PipelinePackage, check_libraries

    try:
        if isinstance(package, Package):
            check_outputs(package, CATALOGUE)
        elif isinstance(package, PipelinePackage):
            check_libraries(package)
    except ScoringError as error:
        return str(error)
    return None


def _inputs(package: AnyPackage) -> list[str]:
    """Name what a version reads; nothing, where customers alone are asked about."""
    from scoring.package import Package
    from scoring.pipelines import PipelinePackage

    if isinstance(package, Package):
        return list(package.names)
    return [each.name for each in package.fields] if isinstance(package, PipelinePackage) else []


@click.command(
    epilog=examples(
        "bellwether models card demo.churn", "bellwether models card demo.churn/2 > card.md"
    )
)
@named_model
@whose
@click.option("--json", "as_json", is_flag=True, help="Print the card as JSON.")
def card(model: str, tenant: str | None, as_json: bool) -> None:
    """Print the card of a version as Markdown: what it is, how good, where it must not be used."""
    from training.publishing.card_text import card_text
    from workbench.registry import find_any

    settings = home.settings()
    package = find_any(settings, *found_label(settings, model, tenant))
    if as_json:
        click.echo(json.dumps(dict(package.card), indent=1, ensure_ascii=False))
    else:
        click.echo(card_text(package), nl=False)
