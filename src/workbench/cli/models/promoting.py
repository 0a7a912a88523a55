"""`bellwether models promote` and `bellwether models rollback`: a person decides which version answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from workbench.cli import home
from workbench.cli.console import examples
from workbench.cli.models.showing import found_label, whose
from workbench.errors import PlanError

if TYPE_CHECKING:
    from scoring.any_package import AnyPackage
    from workbench.settings import Settings

because = click.option("--because", metavar="WHY", default="", help="Why, for the history.")
sure = click.option("--yes", is_flag=True, help="Do not ask first.")
in_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.command(
    epilog=examples(
        "bellwether models promote demo.churn/2",
        "bellwether models promote demo.churn/4 --yes --because 'campaign in May'",
    )
)
@click.argument("version", metavar="NAME/VERSION")
@whose
@because
@sure
@in_json
def promote(version: str, tenant: str | None, because: str, yes: bool, as_json: bool) -> None:
    """Let a registered version answer from now on, whatever its gates say.

    It is published, MLflow's alias "champion" goes with it, and the history says who asked for it. A server that runs
    answers by it at once.
    """
    from workbench.registry import find_any

    settings = home.settings()
    name, wanted = found_label(settings, version, tenant)
    if wanted is None:
        raise PlanError(
            f"version must be named to be promoted; got {version!r}. Name one of: bellwether models list"
        )
    package = find_any(settings, name, wanted)
    _let_answer(settings, package, because or "promoted by hand", yes=yes, as_json=as_json)


@click.command(
    epilog=examples(
        "bellwether models rollback demo.churn",
        "bellwether models rollback churn --tenant demo --yes --because 'too many offers'",
    )
)
@click.argument("model", metavar="NAME")
@whose
@because
@sure
@in_json
def rollback(model: str, tenant: str | None, because: str, yes: bool, as_json: bool) -> None:
    """Let the champion before the current one answer again.

    Twice goes back two champions. The version that is taken back stays published: promote it, and it answers again. No
    later training lets it answer by itself: one that comes to the same model is refused.
    """
    from scoring.promotions import champion_before
    from workbench.registry import find_any

    settings = home.settings()
    name, version = found_label(settings, model, tenant)
    if version is not None:
        raise PlanError(
            f"model must be named without a version; got {model!r}. To let that version answer: bellwether models"
            f" promote {name}/{version}"
        )
    slug, _, short = name.rpartition(".")
    before = champion_before(settings.packages, slug, short)
    if before is None:
        raise PlanError(
            f"model {name} must have had a champion before; got none in its history. See: bellwether models list"
        )
    package = find_any(settings, name, before)
    _let_answer(settings, package, because or "rolled back", yes=yes, as_json=as_json)


def _let_answer(
    settings: Settings, package: AnyPackage, why: str, *, yes: bool, as_json: bool
) -> None:
    from features.catalogue import CATALOGUE
    from scoring.package import Package, check_outputs
    from scoring.pipelines import PipelinePackage, check_libraries
    from scoring.promotions import promote as make_champion
    from scoring.published import current_version, lay_down
    from workbench.registry import refusals_of, tracker_of

    if isinstance(package, Package):
        check_outputs(package, CATALOGUE)
    elif isinstance(package, PipelinePackage):
        check_libraries(package)
    before = current_version(settings.packages, package.tenant, package.model)
    if before == package.version and not as_json:
        click.echo(f"  {package.label} is champion already")
    if not yes and before != package.version:
        for refusal in refusals_of(package.card):
            click.echo(f"  refused when it was trained: {refusal}", err=True)
        instead = f" instead of {package.name}/{before}" if before else ""
        click.confirm(f"  Let {package.label} answer{instead}?", abort=True, err=True)
    at, by = home.now().isoformat(), home.user()
    lay_down(package, settings.packages)
    made = make_champion(
        settings.packages, package.tenant, package.model, package.version, at=at, by=by, why=why
    )
    tracker = tracker_of(settings)
    if tracker is not None and tracker.find(package.name, package.version) is not None:
        from training.publishing.tracking import CHAMPION, SINCE

        tracker.give_alias(package.name, CHAMPION, package.version)
        tracker.tag_version(package.name, package.version, {SINCE: at, "promoted_by": by})
    if as_json:
        click.echo(json.dumps({"label": package.label, **vars(made)}, indent=1))
    elif before != package.version:
        click.echo(
            f"  {package.label} answers from now on"
            f"{f'; to go back: bellwether models rollback {package.name}' if before else ''}"
        )
