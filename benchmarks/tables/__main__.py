"""Measure models of tables; figures are those of exported packages, out of fold, the candidate chosen inside each fold.

    .venv/bin/python -m benchmarks.tables --data ../shared/data

Bank churn by its nine profile fields; German credit, three times over with other folds; and any table named by --table
FILE --target COLUMN. Beside each, in the same folds: a plain logistic regression, a random forest, and scikit-learn's
histogram gradient boosting as it comes.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

import numpy as np
from benchmarks.figures import RESULTS, keep
from benchmarks.tables.rivals import Told, told_by_rivals
from sklearn.metrics import roc_auc_score

from training.judging.evaluation import brier
from training.tables.dataset import TableDataset
from training.tables.question import Question, name_of
from training.tables.steps import load_table, validate

PROFILE = (
    "CreditScore",
    "Geography",
    "Gender",
    "Age",
    "Tenure",
    "Balance",
    "NumOfProducts",
    "HasCrCard",
    "IsActiveMember",
)
"""The nine fields of a bank customer's profile."""

SEEDS = (0, 1, 2)


def main() -> None:
    """Measure, print, and keep the figures."""
    parser = argparse.ArgumentParser(description="Measure models of tables beside their rivals.")
    parser.add_argument(
        "--data", type=Path, help="Folder with Churn_Modelling.csv and german.data."
    )
    parser.add_argument("--table", type=Path, help="A table of your own.")
    parser.add_argument("--target", help="Its column to learn.")
    parser.add_argument("--positive", help="The value that is meant.")
    parser.add_argument("--drop", default="", help="Columns not to learn from.")
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    figures: dict[str, float] = {}
    if asked.data is not None:
        figures |= bank_churn(asked.data / "Churn_Modelling.csv", asked.jobs)
        figures |= german(asked.data / "german.data", asked.jobs)
    if asked.table is not None:
        drop = tuple(filter(None, asked.drop.split(",")))
        question = Question(
            target=asked.target, name=name_of(asked.table), positive=asked.positive, drop=drop
        )
        measured(load_table(asked.table, question), jobs=asked.jobs)
    for name, figure in figures.items():
        print(f"{name} {figure:.4f}")
    if figures:
        keep(RESULTS / "tables.json", figures)


def bank_churn(path: Path, jobs: int) -> dict[str, float]:
    """Five folds of 10,000 customers of a bank."""
    names = path.open(encoding="utf-8").readline().strip().split(",")
    drop = tuple(name for name in names if name not in (*PROFILE, "Exited"))
    dataset = load_table(path, Question(target="Exited", name="bank_churn", drop=drop))
    ours = measured(dataset, jobs=jobs)
    return {"bank_churn_auc": ours[0], "bank_churn_brier": ours[1]}


def german(path: Path, jobs: int) -> dict[str, float]:
    """Five folds of 1,000 credits, three times."""
    dataset = load_table(path, Question(target="c21", positive="2", name="german"))
    found = [measured(dataset, jobs=jobs, seed=seed) for seed in SEEDS]
    return {"german_auc": float(np.mean([auc for auc, _ in found]))}


def measured(dataset: TableDataset, *, jobs: int, seed: int = 0) -> tuple[float, float]:
    """Measure one table, print it beside its rivals; give our AUC and Brier score."""
    rows, columns = dataset.values.shape
    print(f"{dataset.source}: {rows:,} rows, {columns} columns, {dataset.outcome}, seed {seed}")
    began = perf_counter()
    found = validate(dataset, jobs=jobs, seed=seed)
    took = perf_counter() - began
    _show("package", found.labels, found.probabilities, took)
    for rival in told_by_rivals(dataset, seed=seed):
        _show(rival.name, rival.labels, rival.probabilities, rival.seconds)
    print(f"  chosen: {found.made.chosen.chosen.name}; in folds: {_counted(found.folds)}")
    for note in found.notes:
        print(f"  {note}")
    return found.figures.auc, found.figures.brier


def _show(name: str, labels: Told, told: Told, seconds: float) -> None:
    area = roc_auc_score(labels, told)
    print(f"  {name:<18} AUC {area:.4f}  Brier {brier(labels, told):.4f}  {seconds:.0f} s")


def _counted(folds: Sequence[object]) -> str:
    names = [getattr(fold, "chosen", "") for fold in folds]
    return "; ".join(f"{names.count(name)} x {name}" for name in dict.fromkeys(names))


if __name__ == "__main__":
    main()
