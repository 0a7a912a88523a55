"""The steps of training on a table, in the order notebook 21 takes them, one call each; `train_table` takes them all.

dataset = load_table(path, question)
validation = validate(dataset)
certificate = certify_rows(dataset, validation.made.package)
verdict = judge_table(dataset, validation, certificate, packages=...)
result = conclude_table(dataset, validation, certificate, verdict, tracker=..., packages=..., now=...)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from training.publishing.tracking import UNKNOWN, Source, Tracker
from training.publishing.training_result import TrainingResult
from training.specs import TABLE_SPECS
from training.tables.concluding import conclude_table
from training.tables.dataset import TableDataset, make_dataset
from training.tables.declared import declared_columns, declared_dataset
from training.tables.fitting import Effort
from training.tables.gates import certify_rows, judge_table
from training.tables.question import Question
from training.tables.reading import read_raw_table
from training.tables.validating import FOLDS, Validation, validate

__all__ = [
    "Reading",
    "certify_rows",
    "conclude_table",
    "judge_table",
    "load_table",
    "train_table",
    "validate",
]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How a file is read; what is None is found out.

    Parameters
    ----------
    header : bool, optional
        Whether the first row names the columns.
    delimiter, encoding : str, optional
        As `tabular.table.open_table` takes them.
    decimal : {".", ","}, optional
        The decimal mark.
    time_format : str, optional
        As `tabular.times.TimeReader` takes it.
    """

    header: bool | None = None
    delimiter: str | None = None
    encoding: str | None = None
    decimal: str | None = None
    time_format: str | None = None


def load_table(path: Path, question: Question, reading: Reading | None = None) -> TableDataset:
    """Read a file and judge its columns.

    A model whose name stands in `training.specs.TABLE_SPECS` learns from the columns that are declared for it
    alone, by whatever of their names the file has.

    Parameters
    ----------
    path : Path
        CSV of any make, separated by tabs or blanks, gzip, Parquet.
    question : Question
        What is asked of it.
    reading : Reading, optional
        How it is read; all of it is found out by default.

    Returns
    -------
    TableDataset
        What candidates learn from.

    Raises
    ------
    TableError, InvalidTable, NotTrainable
        What must be changed, in a sentence.
    """
    how = reading or Reading()
    table = read_raw_table(path, header=how.header, delimiter=how.delimiter, encoding=how.encoding)
    spec = TABLE_SPECS.get(question.name)
    if spec is not None:
        table, question = declared_columns(table, question, spec)
    dataset = make_dataset(table, question, decimal=how.decimal, time_format=how.time_format)
    return dataset if spec is None else declared_dataset(dataset, spec)


def train_table(
    dataset: TableDataset,
    *,
    tracker: Tracker,
    packages: Path,
    now: datetime,
    effort: Effort | None = None,
    folds: int = FOLDS,
    jobs: int = 1,
    seed: int = 0,
    source: Source = UNKNOWN,
) -> tuple[Validation, TrainingResult]:
    """Train, judge and, if no gate refuses, publish a model of a table.

    Parameters
    ----------
    dataset : TableDataset
        As `load_table` gives it.
    tracker : Tracker
        Where the run is recorded.
    packages : Path
        Where packages lie; a champion is published there.
    now : datetime
        When, aware.
    effort : Effort, optional
        Which candidates are tried; the standard ones by default.
    folds : int, >= 2, default 5
        Where no times are known.
    jobs : int, >= 1, default 1
        Processes.
    seed : int, default 0
        Of folds and trees; the same seed gives the same package.
    source : Source
        What trained, for the run's page.

    Returns
    -------
    Validation
        How good it is.
    TrainingResult
        What the gates said, and whether it is champion.
    """
    validation = validate(dataset, effort, folds=folds, jobs=jobs, seed=seed)
    certificate = certify_rows(dataset, validation.made.package)
    verdict = judge_table(dataset, validation, certificate, packages=packages)
    result = conclude_table(
        dataset,
        validation,
        certificate,
        verdict,
        tracker=tracker,
        packages=packages,
        now=now,
        source=source,
    )
    return validation, result
