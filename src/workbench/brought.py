"""Tables that somebody brings, as notebook 21 and the command line show them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.decisions import decide_many
from scoring.package import Package
from scoring.scorer import explain
from simulation.bank import write_bank_table
from training.publishing.tracking import open_tracker
from training.specs.bank_churn import BANK_CHURN
from training.tables.dataset import TableDataset
from training.tables.fitting import Effort, quick_effort
from training.tables.question import Question, name_of
from training.tables.steps import load_table, train_table
from training.tables.validating import Validation
from workbench.errors import ParameterError
from workbench.notebook import Bench
from workbench.trainings import headline

Floats = NDArray[np.float64]

CUSTOMERS = 1_000
"""Of the simulated bank."""

BANK = "simulated_bank.csv"
"""The file that is learned from where nobody brings one."""

_ASKED = 5


def find_table(bench: Bench, table: str | None) -> Path:
    """Give the file to learn from; without one, customers of a simulated bank are written down.

    Parameters
    ----------
    bench : Bench
    table : str or None
        A path, from the home on where it does not begin at the root.

    Returns
    -------
    Path

    Raises
    ------
    ParameterError
        "parameter 'table' must name a file; got ..."
    """
    if table is None:
        return write_bank_table(bench.settings.raw / BANK, CUSTOMERS)
    path = bench.settings.home / Path(table).expanduser()
    if not path.is_file():
        raise ParameterError(
            f"parameter 'table' must name a file; got {table!r}, and there is no {path}. Check the path."
        )
    return path


def question_of(
    path: Path,
    *,
    target: str,
    positive: str | None = None,
    id_column: str | None = None,
    drop: str = "",
    keep: str = "",
    time: str | None = None,
    name: str | None = None,
) -> Question:
    """Read what is asked of a table, lists as a person types them.

    Parameters
    ----------
    path : Path
        The file, which names the model where nobody does.
    target, positive, id_column : str
        As `training.tables.question.Question` takes them.
    drop, keep : str, optional
        Columns separated by commas.
    time, name : str, optional
        As `Question` takes them.

    Returns
    -------
    Question
    """
    return Question(
        target=target,
        name=name or name_of(path),
        positive=positive,
        identifier=id_column,
        drop=_listed(drop),
        keep=_listed(keep),
        time=time,
    )


def effort_of(dataset: TableDataset, *, quick: bool) -> Effort:
    """Say which candidates are tried: the standard ones, or linear models alone.

    Parameters
    ----------
    dataset : TableDataset
    quick : bool

    Returns
    -------
    Effort
    """
    return quick_effort(dataset) if quick else Effort()


def columns_table(dataset: TableDataset) -> pd.DataFrame:
    """Show what each column is and what is done with it.

    Parameters
    ----------
    dataset : TableDataset

    Returns
    -------
    DataFrame
        A row per column: its kind, whether it is learned from, how well it ranks alone, and a sentence.
    """
    rows = [
        {
            "column": column.name,
            "kind": column.kind,
            "learned from": "yes" if column.is_used else "no",
            "AUC alone": round(column.power, 3) if column.is_used else None,
            "what was found": column.text,
        }
        for column in dataset.columns
    ]
    return pd.DataFrame(rows).set_index("column")


def figures_table(validation: Validation) -> pd.DataFrame:
    """Show how good the packages are on rows they have not seen, all together and part by part.

    Parameters
    ----------
    validation : Validation

    Returns
    -------
    DataFrame
        A row for all, one for the plain logistic regression, and one a part.
    """
    figures = validation.figures
    rows = [
        ("all", figures.rows, figures.auc, figures.brier, validation.made.chosen.chosen.name),
        ("plain logistic", figures.rows, validation.plain_auc, validation.plain_brier, ""),
        *(
            (f"part {number}", fold.rows, fold.auc, fold.brier, fold.chosen)
            for number, fold in enumerate(validation.folds, 1)
        ),
    ]
    table = pd.DataFrame(rows, columns=["rows are", "rows", "AUC", "Brier", "chosen"])
    return table.set_index("rows are").round({"AUC": 4, "Brier": 4})


def answers_table(dataset: TableDataset, package: Package) -> pd.DataFrame:
    """Show what the package answers about a few rows of the table.

    Parameters
    ----------
    dataset : TableDataset
    package : Package

    Returns
    -------
    DataFrame
        A row each: the probability, what came about, and the reasons.
    """
    places = list(dataset.kept)[:_ASKED]
    answers = decide_many(package, dataset.values[places])
    return pd.DataFrame(
        [
            {
                "probability": f"{answer.risk:.1%}",
                dataset.outcome: "yes" if dataset.labels[place] else "no",
                "reasons": " ".join(reason.text for reason in answer.reasons),
            }
            for place, answer in zip(places, answers, strict=True)
        ]
    )


def train_quick_bank(bench: Bench) -> str:
    """Train a bank's churn on the simulated bank, by linear models alone: seconds, to have somebody to ask.

    Parameters
    ----------
    bench : Bench

    Returns
    -------
    str
        What came of it, a sentence.
    """
    path = find_table(bench, None)
    dataset = load_table(path, question_of(path, target=BANK_CHURN.target, name=BANK_CHURN.name))
    _, result = train_table(
        dataset,
        tracker=open_tracker(bench.settings.mlruns),
        packages=bench.settings.packages,
        now=bench.now,
        effort=quick_effort(dataset),
        folds=2,
    )
    return headline(result)


def contributions_table(package: Package, values: Floats) -> pd.DataFrame:
    """Show how much each field raises or lowers the risk of one row, and what they come to together.

    Parameters
    ----------
    package : Package
        Of a table.
    values : float array of shape (n_fields,)

    Returns
    -------
    DataFrame
        A row per field, what raises most first, between the risk that is usual and the one that comes out; in log-odds.
    """
    scores = explain(package, values[None, :])
    written = [
        "missing" if value != value else field.write(value)
        for field, value in zip(
            package.fields.columns if package.fields else (), values, strict=True
        )
    ]
    rows = sorted(
        zip(package.names, written, scores.contributions[0].tolist(), strict=True),
        key=lambda row: -row[2],
    )
    told = [("usual", "", scores.base), *rows, ("this one", "", float(scores.logit[0]))]
    return pd.DataFrame(told, columns=["field", "value", "log-odds"]).set_index("field").round(3)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())
