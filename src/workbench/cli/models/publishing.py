"""`bellwether models publish`: a pipeline from MLflow answers as it is."""

from __future__ import annotations

import json

import click

from workbench.cli import home
from workbench.cli.console import examples, note

_REGISTRY = "MLFLOW_TRACKING_URI"


@click.command(
    epilog=examples(
        "bellwether models publish fraud --from models:/fraud/3 --tenant acme",
        "bellwether models publish fraud --from models:/fraud@champion --registry http://localhost:5000",
        "bellwether models publish fraud --from models:/fraud/4 --trust sklearn.tree._tree.Tree",
    )
)
@click.argument("name", metavar="NAME")
@click.option(
    "--from",
    "uri",
    required=True,
    metavar="URI",
    help="Where MLflow has it: models:/NAME/VERSION, models:/NAME@ALIAS or runs:/RUN/model.",
)
@click.option(
    "--registry",
    metavar="URI",
    help=f"MLflow's store. Default: {_REGISTRY}, else the home's own.",
)
@click.option("--tenant", metavar="NAME", help="Whose model. Default: nobody's, as of a table.")
@click.option(
    "--positive", metavar="CLASS", help="Whose probability is told. Default: the second class."
)
@click.option(
    "--threshold",
    type=click.FloatRange(0, 1),
    default=0.5,
    show_default=True,
    help="The probability from which on it is acted.",
)
@click.option(
    "--actions",
    nargs=2,
    default=("yes", "no"),
    show_default=True,
    metavar="ABOVE BELOW",
    help="What to do from the threshold on, and below.",
)
@click.option(
    "--trust",
    "trusted",
    multiple=True,
    metavar="TYPE",
    help="A class of scikit-learn whose contents skops cannot check, such as that of trees.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def publish(
    name: str,
    uri: str,
    registry: str | None,
    tenant: str | None,
    positive: str | None,
    threshold: float,
    actions: tuple[str, str],
    trusted: tuple[str, ...],
    as_json: bool,
) -> None:
    """Let a scikit-learn pipeline that is logged in MLflow answer at POST /predict/NAME.

    It is served as it is, by a process of its own: slower than a model that is trained here, and without reasons. It
    must be a classifier of two classes with a signature, logged with serialization_format="skops": what was pickled is
    never read. A later version of it takes its place; `bellwether models rollback` goes back.
    """
    from commerce.records.tenants import SHARED
    from training.publishing.pipelines import PipelineQuestion, publish_pipeline
    from training.publishing.tracking import open_tracker
    from training.publishing.tracking.logged_models import read_logged

    home.require_extra("notebooks")
    settings = home.settings()
    asked = PipelineQuestion(
        name=name,
        tenant=SHARED if tenant is None else home.tenant_slug(tenant),
        positive=positive,
        threshold=threshold,
        actions=actions,
        trusted=trusted,
    )
    store = registry or home.environ().get(_REGISTRY, "").strip() or settings.tracking_uri
    with note(f"reading {uri}"):
        tracker = open_tracker(settings.mlruns)
        logged = read_logged(uri, store)
        made = publish_pipeline(
            logged, asked, tracker=tracker, packages=settings.packages, now=home.now()
        )
    if as_json:
        told = {
            "label": made.label,
            "positive": made.positive,
            "tried": len(logged.example),
            "fields": [vars(each) for each in made.fields],
            "made_with": dict(made.made_with),
            "sha256": made.sha256,
        }
        click.echo(json.dumps(told, indent=1, ensure_ascii=False))
        return
    columns = ", ".join(
        f"{each.name} ({each.dtype}{', or missing' if each.optional else ''})"
        for each in made.fields
    )
    tried = len(logged.example)
    click.echo(f"  {uri} reads {columns}")
    click.echo(
        f"  it tells the probability of {made.positive};"
        + (
            f" tried on {tried} rows of its example"
            if tried
            else " it has no example to be tried on"
        )
    )
    click.echo(f"  {made.label} answers from now on, as it is: slower, and without reasons")
    click.echo(
        f"  ask it: POST /predict/{name}; to go back: bellwether models rollback {made.name}"
    )
