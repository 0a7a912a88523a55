"""What training costs beside a bare script with the same candidates and folds, and what memory it takes."""

from __future__ import annotations

import time
from pathlib import Path

from benchmarks.models.shops import Shop

from training.experiment import (
    certify_parity,
    conclude,
    decide_promotion,
    fit_candidates,
    make_challenger,
    open_tracker,
)


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
