"""The named baseline of a declared table: a random forest, kept as a joblib file beside a note that says what it is.

It is made and read offline alone. A pickle runs code when it is read, so nothing that serves reads one, and here it is
read only while its bytes are those that were written: a file that anybody changed is refused unread.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import sklearn
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_predict
from threadpoolctl import threadpool_limits

from scoring.fields import Fields
from tabular.files import replace_text, replacing
from training.errors import BaselineUnusable
from training.fitting.estimators.forest import random_forest
from training.judging.evaluation import brier
from training.tables.dataset import TableDataset
from training.tables.fitting import folds_of_rows

FOLDER = "ml_assets"
"""Where baselines lie, below the home."""

_FOLDS = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class Baseline:
    """A random forest, and the very fields that packages of the same table read by.

    Parameters
    ----------
    forest : RandomForestClassifier
    fields : Fields
    auc, brier : float
        On rows that it had not seen, in three folds.
    """

    forest: RandomForestClassifier
    fields: Fields
    auc: float
    brier: float

    def predict(self, record: Mapping[str, Any]) -> float:
        """Give the probability of the outcome, for a record by the table's column names.

        Parameters
        ----------
        record : mapping of str to str, int, float, bool or None
            A column that is left out is missing.

        Returns
        -------
        float
            In [0, 1].

        Raises
        ------
        InvalidField
            As `scoring.fields.Fields.read_row`.
        """
        values, _ = self.fields.read_row(record)
        return float(self.forest.predict_proba(values[None, :])[0, 1])


def fit_baseline(dataset: TableDataset, *, seed: int = 0) -> Baseline:
    """Fit the forest on all rows, and measure it out of fold.

    Parameters
    ----------
    dataset : TableDataset
        Whose rows may all be learned from.
    seed : int, default 0
        Of folds and trees.

    Returns
    -------
    Baseline
        The same for the same seed.
    """
    fold = folds_of_rows(dataset, _FOLDS, seed=seed)
    parts = [(np.flatnonzero(fold != each), np.flatnonzero(fold == each)) for each in range(_FOLDS)]
    with threadpool_limits(limits=1):
        told = cross_val_predict(
            random_forest(seed), dataset.values, dataset.labels, cv=parts, method="predict_proba"
        )[:, 1]
        forest = random_forest(seed).fit(dataset.values, dataset.labels)
    return Baseline(
        forest=forest,
        fields=dataset.fields,
        auc=float(roc_auc_score(dataset.labels, told)),
        brier=brier(dataset.labels, told),
    )


def write_baseline(baseline: Baseline, dataset: TableDataset, folder: Path) -> Path:
    """Write the forest, and beside it what it is: whose bytes, which columns, how good.

    Parameters
    ----------
    baseline : Baseline
    dataset : TableDataset
        What it was fitted on.
    folder : Path
        Made if need be; what is there of the same name is replaced.

    Returns
    -------
    Path
        ``<folder>/<name>_forest.pkl``; the note is the ``.json`` of the same name.
    """
    buffer = io.BytesIO()
    joblib.dump(baseline.forest, buffer, compress=3)
    content = buffer.getvalue()
    path = folder / f"{dataset.name}_forest.pkl"
    folder.mkdir(parents=True, exist_ok=True)
    note = {
        "model": dataset.name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "scikit-learn": sklearn.__version__,
        "fields": baseline.fields.as_dict(),
        "learned_from": {"file": dataset.source, "snapshot": dataset.digest},
        "rows": len(dataset.labels),
        "auc": baseline.auc,
        "brier": baseline.brier,
    }
    with replacing(path) as new:
        new.write_bytes(content)
    replace_text(path.with_suffix(".json"), json.dumps(note, indent=1) + "\n")
    return path


def read_baseline(path: Path) -> Baseline:
    """Read a forest: once, however often it is asked for, until it is written anew.

    Parameters
    ----------
    path : Path
        As `write_baseline` gave it.

    Returns
    -------
    Baseline

    Raises
    ------
    BaselineUnusable
        "baseline ... must be there with its note; got ...", "... must be as it was written; got ...", "... must read
        the 9 columns of its note; got ..."
    """
    note = path.with_suffix(".json")
    try:
        marks = tuple(each.stat().st_mtime_ns for each in (path, note))
    except OSError as error:
        raise BaselineUnusable(path, "be there with its note", error.filename) from error
    return _read(path, marks)


@lru_cache(maxsize=4)
def _read(path: Path, marks: tuple[int, ...]) -> Baseline:
    content = path.read_bytes()
    try:
        note = json.loads(path.with_suffix(".json").read_bytes())
        fields, signature = Fields.from_dict(note["fields"]), note["sha256"]
        figures = float(note["auc"]), float(note["brier"])
        made_by = str(note["scikit-learn"])
    except (ValueError, KeyError, TypeError) as error:
        raise BaselineUnusable(path, "have a note as it was written", repr(error)) from error
    found = hashlib.sha256(content).hexdigest()
    if found != signature:
        raise BaselineUnusable(path, "be as it was written", f"SHA-256 {found[:12]}...")
    if made_by != sklearn.__version__:
        raise BaselineUnusable(
            path, f"be made by scikit-learn {sklearn.__version__}", f"one by {made_by}"
        )
    forest = joblib.load(io.BytesIO(content))
    if forest.n_features_in_ != len(fields.columns):
        raise BaselineUnusable(
            path,
            f"read the {len(fields.columns)} columns of its note",
            str(forest.n_features_in_),
        )
    return Baseline(forest=forest, fields=fields, auc=figures[0], brier=figures[1])
