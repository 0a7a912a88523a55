"""How well the exported package ranks, beside a plain logistic regression, a forest, and default boosting."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.pipeline import make_pipeline

from scoring.package import Package
from training.experiment import fit_candidates, make_challenger
from training.fitting.dataset import Dataset
from training.judging.examination import probabilities
from training.publishing.challenger import Challenger


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """One way to rank, out of time."""

    name: str
    auc: float
    brier: float
    seconds: float


def rank(dataset: Dataset) -> tuple[Challenger, list[Ranked]]:
    """Fit the candidates and the peers on the same rows; measure all on the same customers."""
    test = dataset.asked(dataset.test)
    labels = test["label"].to_numpy(dtype=np.int64)
    began = time.perf_counter()
    challenger = make_challenger(dataset, fit_candidates(dataset), may_set_aside=False)
    rows = [_measured("package", labels, probabilities(challenger.package, test), began)]
    columns = list(challenger.fitted.features)
    values, unseen = (part[columns].to_numpy(np.float64) for part in (dataset.train, test))
    known = dataset.train["label"].to_numpy(dtype=np.int64)
    from training.fitting.estimators import plain_logistic

    peers = {
        "logistic": plain_logistic(),
        "forest": make_pipeline(
            SimpleImputer(strategy="median", keep_empty_features=True),
            RandomForestClassifier(n_estimators=300, min_samples_leaf=5, random_state=0),
        ),
        "default boosting": HistGradientBoostingClassifier(random_state=0),
    }
    for name, peer in peers.items():
        began = time.perf_counter()
        told = peer.fit(values, known).predict_proba(unseen)[:, 1]
        rows.append(_measured(name, labels, told, began))
    return challenger, rows


def _measured(name: str, labels: np.ndarray, told: np.ndarray, began: float) -> Ranked:
    return Ranked(
        name=name,
        auc=float(roc_auc_score(labels, told)),
        brier=float(brier_score_loss(labels, told)),
        seconds=time.perf_counter() - began,
    )


def bands_off(package: Package, dataset: Dataset) -> list[str]:
    """Name the tenths of customers whose observed share lies outside the interval of what was predicted."""
    from scipy.stats import binom

    test = dataset.asked(dataset.test)
    told, labels = probabilities(package, test), test["label"].to_numpy(dtype=np.int64)
    off = []
    for place, part in enumerate(np.array_split(np.argsort(told, kind="stable"), 10)):
        low, high = binom.interval(0.95, len(part), float(told[part].mean()))
        if not low <= labels[part].sum() <= high:
            off.append(f"{place + 1}: {labels[part].mean():.3f} for {told[part].mean():.3f}")
    return off
