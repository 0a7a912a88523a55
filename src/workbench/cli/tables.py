"""`bellwether train`: a model of a table that somebody brings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench.cli import home
from workbench.cli.console import examples, note, table

if TYPE_CHECKING:
    from training.publishing.training_result import TrainingResult
    from training.tables.dataset import TableDataset
    from training.tables.validating import Validation


def _listed(context: click.Context, option: click.Parameter, text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


@click.command(
    epilog=examples(
        "bellwether train --table churn.csv --target Exited --drop Surname --name bank",
        "bellwether train --table german.data --target c21 --positive 2 --name german --json",
        "bellwether train --table loans.parquet --target default --id customer --time month",
    )
)
@click.option(
    "--table",
    "path",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV, also separated by tabs or blanks, gzip, or Parquet.",
)
@click.option("--target", required=True, metavar="COLUMN", help="What is learned.")
@click.option("--positive", metavar="VALUE", help="Its value whose probability is told.")
@click.option("--id", "identifier", metavar="COLUMN", help="Whose row it is; never learned from.")
@click.option("--drop", default="", metavar="A,B", callback=_listed, help="Not learned from.")
@click.option(
    "--keep",
    default="",
    metavar="A,B",
    callback=_listed,
    help="Learned from, though it would be left out: as a key, or as it tells the outcome all by itself.",
)
@click.option("--time", metavar="COLUMN", help="When it was; tested on the latest rows then.")
@click.option("--name", metavar="NAME", help="Of the model. Default: the file's.")
@click.option(
    "--cv",
    "folds",
    type=click.IntRange(2, 20),
    default=5,
    show_default=True,
    help="Parts of the rows that are held out in turn, where there is no --time.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of parts and candidates.")
@click.option("--jobs", type=click.IntRange(1), default=2, show_default=True, help="Processes.")
@click.option("--header/--no-header", default=None, help="Whether the first row names the columns.")
@click.option("--delimiter", metavar="SIGN", help="Between cells. Default: found out.")
@click.option("--encoding", help="Of the text. Default: found out.")
@click.option("--decimal", type=click.Choice([".", ","]), help="Mark. Default: found out.")
@click.option("--time-format", metavar="ORDER", help="DMY, MDY, YMD or a pattern, of --time.")
@click.option("--quick", is_flag=True, help="Linear models alone: seconds, and seldom the best.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def train(
    path: Path,
    target: str,
    name: str | None,
    folds: int,
    seed: int,
    jobs: int,
    header: bool | None,
    quick: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """Train a model on a table of your own, and let it answer if no gate refuses.

    Any table with a column of two outcomes will do: categories, missing values, 200 rows or 200,000. Every column is
    judged, and it is said what is done with it. The model is registered as shared.NAME, and asked at POST
    /predict/NAME by the file's own column names. Figures are those of exported packages, on rows they have not seen.
    """
    home.require_extra("notebooks")
    from training.tables.question import Question, name_of
    from training.tables.steps import Reading, load_table

    question = Question(
        target=target,
        name=name or name_of(path),
        **{key: given[key] for key in ("positive", "identifier", "drop", "keep", "time")},
    )
    reading = Reading(
        header=header,
        **{key: given[key] for key in ("delimiter", "encoding", "decimal", "time_format")},
    )
    with note(f"reading {path.name}"):
        dataset = load_table(path, question, reading)
    if not as_json:
        _tell_columns(dataset)

    from training.publishing.tracking import open_tracker
    from training.tables.fitting import quick_effort
    from training.tables.steps import train_table

    settings = home.settings()
    with note(f"comparing candidates on {len(dataset.labels):,} rows"):
        validation, result = train_table(
            dataset,
            tracker=open_tracker(settings.mlruns),
            packages=settings.packages,
            now=home.now(),
            effort=quick_effort(dataset) if quick else None,
            folds=folds,
            jobs=jobs,
            seed=seed,
        )
    if as_json:
        told = {
            **validation.summary(),
            "rows": validation.figures.rows,
            "base_rate": validation.figures.base_rate,
            "outcome": dataset.outcome,
            "columns": [vars(column) for column in dataset.columns],
            **result.as_dict(),
        }
        click.echo(json.dumps(told, indent=1, ensure_ascii=False))
        return
    _tell_result(dataset, validation, result)


def _tell_columns(dataset: TableDataset) -> None:
    rows, columns = dataset.values.shape
    click.echo(
        f"  {dataset.source}: {rows:,} rows, {columns} columns to learn {dataset.outcome} from"
    )
    for column in dataset.columns:
        click.echo(f"  {' ' if column.is_used else '-'} {column.text}")
    for sentence in dataset.notes:
        click.echo(f"  {sentence}")


def _tell_result(dataset: TableDataset, validation: Validation, result: TrainingResult) -> None:
    from workbench.trainings import decision, headline

    figures = validation.figures
    rows = [
        ["AUC", f"{figures.auc:.4f}", f"{validation.plain_auc:.4f}"],
        ["Brier", f"{figures.brier:.4f}", f"{validation.plain_brier:.4f}"],
        ["average precision", f"{validation.average_precision:.4f}", ""],
        ["calibration error", f"{figures.ece:.4f}", ""],
    ]
    click.echo(table(["on rows it has not seen", "package", "plain logistic"], rows))
    click.echo(f"  {headline(result)}")
    click.echo(f"  {decision(result)}")
    click.echo(
        f"  ask it: POST /predict/{dataset.name}; its card: bellwether models card {result.label}"
    )
