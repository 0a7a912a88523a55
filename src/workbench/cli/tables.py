"""`bellwether train`: a model of a table that somebody brings, or of a bank's customers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tabular.errors import did_you_mean
from workbench.cli import home
from workbench.cli.console import examples, note, table

if TYPE_CHECKING:
    from training.publishing.training_result import TrainingResult
    from training.tables.dataset import TableDataset
    from training.tables.validating import Validation


_SIMULATED = 4_000
"""Customers of the simulated bank."""


def _listed(context: click.Context, option: click.Parameter, text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


@click.command(
    epilog=examples(
        "bellwether train --table churn.csv --target Exited --drop Surname --name bank",
        "bellwether train --table german.data --target c21 --positive 2 --name german --json",
        "bellwether train --table loans.parquet --target default --id customer --time month",
        "bellwether train bank_churn --table Churn_Modelling.csv",
    )
)
@click.argument("declared", required=False, metavar="[bank_churn]")
@click.option(
    "--table",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV, also separated by tabs or blanks, gzip, or Parquet. Of bank_churn, default: a simulated bank.",
)
@click.option("--target", metavar="COLUMN", help="What is learned. Of bank_churn, default: exited.")
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
    declared: str | None,
    path: Path | None,
    target: str | None,
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

    bank_churn learns from the nine fields of a bank's customer, by whatever of their usual names the file has, and
    keeps a random forest beside it, in ml_assets.
    """
    home.require_extra("notebooks")
    from training.specs import TABLE_SPECS
    from training.tables.question import Question, name_of
    from training.tables.steps import Reading, load_table

    if declared is not None and (declared not in TABLE_SPECS or name not in (None, declared)):
        raise click.UsageError(
            f"model must be {' or '.join(TABLE_SPECS)}, or be named by --name; got {declared!r}."
            f" {did_you_mean(declared, TABLE_SPECS)}"
        )
    settings = home.settings()
    spec = TABLE_SPECS.get(declared or name or "")
    if spec is not None:
        path, target = path or _simulated_bank(settings.raw), target or spec.target
    if path is None or target is None:
        raise click.UsageError(
            f"{'--table' if path is None else '--target'} must be given; got none. Only {' and '.join(TABLE_SPECS)}"
            " can do without."
        )
    question = Question(
        target=target,
        name=declared or name or name_of(path),
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
    forest: dict[str, Any] | None = None
    if spec is not None:
        with note("fitting the baseline, a random forest"):
            forest = _keep_forest(dataset, settings.ml_assets, seed)
    if as_json:
        told = {
            **({} if forest is None else {"forest": forest}),
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
    if forest is not None:
        click.echo(
            f"  random forest beside it: AUC {forest['auc']:.4f}, Brier {forest['brier']:.4f}, in {forest['file']}"
        )


def _simulated_bank(raw: Path) -> Path:
    """Write customers of a bank that never was, as many as tell trees from lines."""
    from simulation.bank import write_bank_table

    return write_bank_table(raw / "simulated_bank.csv", _SIMULATED)


def _keep_forest(dataset: TableDataset, folder: Path, seed: int) -> dict[str, Any]:
    """Fit the forest that a declared model is held against, and keep it."""
    from training.tables.baseline import fit_baseline, write_baseline

    forest = fit_baseline(dataset, seed=seed)
    place = write_baseline(forest, dataset, folder)
    return {"file": str(place), "auc": forest.auc, "brier": forest.brier}


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
