"""What training costs beside a bare script with the same candidates and folds, and what memory it takes."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.models.shops import Shop
from sklearn.base import clone
from sklearn.model_selection import GroupKFold
from sklearn.utils.validation import has_fit_parameter
from threadpoolctl import threadpool_limits

from training.experiment import (
    certify_parity,
    conclude,
    decide_promotion,
    fit_candidates,
    make_challenger,
    open_tracker,
)
from training.fitting.candidates import Fitted
from training.fitting.contenders import standard_contenders
from training.fitting.cross_validation import FOLDS
from training.fitting.dataset import Dataset
from training.specs.concepts import expected_sign


def fit_overhead(shop: Shop, folder: Path) -> float:
    """Give the time from dataset to registered model over that of fitting the same candidates in the same folds."""
    dataset = shop.dataset("churn", everyone=False)
    tracker = open_tracker(folder / "mlruns")
    began = time.perf_counter()
    fitted = fit_candidates(dataset)
    challenger = make_challenger(dataset, fitted)
    certificate = certify_parity(shop.engine, dataset, challenger.package)
    verdict = decide_promotion(
        dataset, challenger.package, challenger.report, certificate, packages=folder / "packages"
    )
    conclude(
        dataset,
        challenger.fitted,
        challenger.package,
        challenger.report,
        certificate,
        verdict,
        tracker=tracker,
        packages=folder / "packages",
    )
    ours = time.perf_counter() - began
    bare = _bare(dataset, fitted)
    print(f"training {ours:.0f} s, the same candidates and folds in a bare script {bare:.0f} s")
    return ours / bare


def _bare(dataset: Dataset, fitted: Fitted) -> float:
    """Fit the standard candidates in the same folds, and what was chosen on all rows; give the seconds."""
    frame = dataset.train
    values = frame[list(fitted.features)].to_numpy(np.float64)
    labels = frame["label"].to_numpy(dtype=np.int64)
    customers = np.unique(frame["customer_id"].to_numpy(dtype=str), return_inverse=True)[1]
    signs = [
        expected_sign(dataset.catalogue[name], dataset.spec.expected_signs)
        if name in dataset.catalogue
        else 0
        for name in fitted.features
    ]
    models = {
        name: each.model
        for name, each in standard_contenders(signs, seed=0).items()
        if name not in fitted.not_tried
    }
    folds = list(
        GroupKFold(n_splits=FOLDS, shuffle=True, random_state=0).split(values, labels, customers)
    )
    chosen = [name for name in models if name in fitted.chosen.name]
    began = time.perf_counter()
    with threadpool_limits(limits=1):
        for name, model in models.items():
            for inside, outside in folds:
                _fit(model, values[inside], labels[inside], customers[inside]).predict_proba(
                    values[outside]
                )
            if name in chosen:
                _fit(model, values, labels, customers)
    return time.perf_counter() - began


def _fit(model: Any, values: Any, labels: Any, customers: Any) -> Any:
    more = {"groups": customers} if has_fit_parameter(model, "groups") else {}
    return clone(model).fit(values, labels, **more)
