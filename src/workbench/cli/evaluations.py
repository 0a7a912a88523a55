"""`bellwether evaluate`: a model on a protocol laid down elsewhere, nothing kept."""

from __future__ import annotations

import json

import click

from workbench.cli import home
from workbench.cli.console import examples, note, table
from workbench.records import open_records

SHOWN = ("auc", "brier", "n_train", "n_test", "base_rate")


@click.command(
    epilog=examples(
        "bellwether evaluate churn --tenant gifts \\\n"
        "      --train-cutoffs 2011-03-11,2011-04-11,2011-05-11,2011-06-10 --test-cutoff 2011-09-10 \\\n"
        "      --horizon 90 --json",
    )
)
@click.argument("model")
@click.option("--tenant", help="Whose records; may be left out where there is only one tenant.")
@click.option("--train-cutoffs", required=True, help="Dates or ISO instants, separated by commas.")
@click.option(
    "--test-cutoff", required=True, help="A date or ISO instant, a horizon after the last."
)
@click.option(
    "--horizon", type=click.IntRange(1), help="Days the label looks ahead. Default: the model's."
)
@click.option(
    "--population",
    type=click.Choice(["active", "everyone"]),
    default="active",
    show_default=True,
    help="Measured on whom: those the question is about, or all customers there were.",
)
@click.option(
    "--active-within",
    type=click.IntRange(1),
    metavar="DAYS",
    help="Silence after which a customer is no longer active. Default: read off the shop's records.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def evaluate(
    model: str,
    tenant: str | None,
    train_cutoffs: str,
    test_cutoff: str,
    horizon: int | None,
    population: str,
    active_within: int | None,
    as_json: bool,
) -> None:
    """Measure a model out of time.

    Trained at some cutoffs, tested at a later one. MODEL is a name such as churn or credit. Dates mean 00:00
    where the tenant is. The figures are those of the exported decision package; no model is registered and
    nothing is promoted.
    """
    from commerce.records.database import reading
    from commerce.records.instants import parse_as_of, to_micros
    from training.specs import find_spec
    from training.specs.decided import settled, within

    settings = home.settings()
    engine = open_records(settings)
    spec = find_spec(model)
    with reading(engine) as connection:
        found = home.choose_tenant(connection, tenant)
    spec = settled(spec, found.settings)
    if active_within is not None:
        spec = within(spec, active_within)
    texts = [text for text in train_cutoffs.split(",") if text.strip()]
    train = tuple(to_micros(parse_as_of(text, found.zone)) for text in texts)
    test = to_micros(parse_as_of(test_cutoff, found.zone))

    from training.experiment import evaluate_protocol

    with note(f"evaluating {model}"):
        figures = evaluate_protocol(
            engine,
            found,
            spec,
            train_cutoffs=train,
            test_cutoff=test,
            horizon_days=horizon or spec.horizon_days,
            snapshots=settings.snapshots,
            everyone=population == "everyone",
        )
    if as_json:
        click.echo(json.dumps(figures, indent=1))
    else:
        click.echo(f"  measured on {figures['population']}")
        click.echo(
            table(
                list(SHOWN),
                [
                    [
                        f"{figures[name]:.4f}"
                        if isinstance(figures[name], float)
                        else f"{figures[name]:,}"
                        for name in SHOWN
                    ]
                ],
            )
        )
