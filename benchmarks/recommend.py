"""Measure recommendations on Online Retail beside what anybody would try first and beside `implicit`'s ALS and BPR.

    .venv/bin/python -m benchmarks.recommend --data ../shared/data

All rank the same products for the same customers: those who bought before the last 30 days of the records, and in them.
None knows anything of these days. The blend's weights, and the settings of ALS and BPR, were chosen on the 30 days
before. One look-up is measured as a server does it: purchases read, ranked, stock looked up.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from uuid import UUID

import numpy as np
from benchmarks.figures import RESULTS, keep
from benchmarks.models.shops import NOW, Shop, online_retail
from implicit.als import AlternatingLeastSquares
from implicit.bpr import BayesianPersonalizedRanking
from scipy.sparse import csr_matrix

from commerce.records.actors import SYSTEM
from commerce.records.database import reading
from commerce.records.instants import from_micros, to_micros
from commerce.records.tenants import clock, find_tenant
from commerce.records.work import looking
from features.catalogue import CATALOGUE
from features.snapshots.snapshot import take_snapshot
from scoring.published import publish
from scoring.ranking import RankingPackage
from serving.predict.packages import PackageShelf
from serving.predict.recommendations import recommend
from training.fitting.blend_fit import PERSONAL
from training.fitting.product_links import product_tables
from training.fitting.ranking_data import RankingData, Split
from training.judging.rankings import RankingFigures, Scorer, measure
from training.recommending import examine, fit_ranking, load_ranking_data

Peer = Callable[[RankingPackage, Split], Scorer]
"""Fits a recommender on what is known at a split's cutoff."""

LOOK_UPS = 200


def main() -> None:
    """Measure, print, and keep the figures."""
    parser = argparse.ArgumentParser(description="Measure recommendations beside their peers.")
    parser.add_argument("--data", type=Path, required=True, help="Folder with online_retail.csv.gz")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-recommend-") as name:
        measure_shop(online_retail(asked.data, Path(name) / "gifts"))


def measure_shop(shop: Shop) -> None:
    """Measure every recommender on one shop."""
    with reading(shop.engine) as connection:
        tenant = find_tenant(connection, shop.tenant)
        ends = to_micros(clock(connection, tenant, now=NOW))
    snapshot = take_snapshot(shop.engine, tenant, shop.folder / "snapshots")
    data = load_ranking_data(tenant, snapshot, as_of=ends)
    began = time.perf_counter()
    package = fit_ranking(data)
    spent = time.perf_counter() - began
    judged = examine(data, package)
    figures = dict(judged.report.figures)
    tuned = product_tables(data.name, data.tuning.known, PERSONAL)
    for name, peers in PEERS.items():
        best = max(peers, key=lambda peer: _worth(measured(tuned, data.tuning, peer)))
        figures[name] = measured(package, data.test, best)
        print(f"{name} fitted", flush=True)
    print(
        f"{len(data.known.products):,} products, {len(data.test.customers):,} customers who bought in the last 30 days;"
        f" {judged.report.repeats:.0%} of it they had bought before; fitted in {spent:.0f} s"
    )
    kept: dict[str, float] = {}
    for name, found in figures.items():
        told = found.as_dict()
        print(f"  {name:<12} " + "  ".join(f"{key} {figure:.4f}" for key, figure in told.items()))
        kept |= {f"{name}_{key}": figure for key, figure in told.items()}
    print(f"  {judged.sentence}", flush=True)
    look_up = look_up_milliseconds(shop, data, replace(package, blend=judged.blend))
    print(f"  one look-up {look_up:.2f} ms, of which ranking {judged.report.milliseconds:.2f} ms")
    keep(RESULTS / "recommend.json", kept | {"look_up_milliseconds": look_up})


def measured(package: RankingPackage, split: Split, peer: Peer) -> RankingFigures:
    """Fit a peer on what is known at a split's cutoff, and measure it."""
    return measure(package, split, peer(package, split))


def als(factors: int, alpha: float) -> Peer:
    """`implicit`'s alternating least squares, confidence by how often something was bought."""

    def fit(package: RankingPackage, split: Split) -> Scorer:
        model = AlternatingLeastSquares(
            factors=factors, alpha=alpha, regularization=0.05, random_state=0, num_threads=1
        )
        return _scorer(model, package, split)

    return fit


def bpr(factors: int, iterations: int) -> Peer:
    """`implicit`'s Bayesian personalised ranking."""

    def fit(package: RankingPackage, split: Split) -> Scorer:
        model = BayesianPersonalizedRanking(
            factors=factors, iterations=iterations, random_state=0, num_threads=1
        )
        return _scorer(model, package, split)

    return fit


PEERS: dict[str, Sequence[Peer]] = {
    "als": [als(*each) for each in product((64, 128, 192), (1.0,))],
    "bpr": [bpr(*each) for each in product((64, 128), (100,))],
}
"""The peers, each with settings to choose from on the tuning split."""


def _scorer(model: object, package: RankingPackage, split: Split) -> Scorer:
    """Fit on how often each customer bought each product; customers are told apart by their purchases."""
    known = split.known
    shape = len(known.customers), len(known.products)
    counts = csr_matrix((np.ones(len(known.product)), (known.customer, known.product)), shape=shape)
    model.fit(counts, show_progress=False)  # type: ignore[attr-defined]
    people, goods = np.asarray(model.user_factors), np.asarray(model.item_factors)  # type: ignore[attr-defined]
    places = {customer: place for place, customer in enumerate(known.customers)}
    return lambda each: (goods @ people[places[each.customer]]).astype(np.float64)


def _worth(figures: RankingFigures) -> float:
    return figures.recall + figures.ndcg


def look_up_milliseconds(shop: Shop, data: RankingData, package: RankingPackage) -> float:
    """Recommend to customers one after the other, as the server does; the median."""
    publish(package, shop.folder / "packages")
    shelf = PackageShelf([shop.folder / "packages"], CATALOGUE)
    with reading(shop.engine) as connection:
        tenant = find_tenant(connection, shop.tenant)
    spent = []
    as_of = from_micros(data.as_of)
    for ranked in data.test.customers[:LOOK_UPS]:
        began = time.perf_counter()
        with looking(shop.engine, tenant, SYSTEM, now=NOW) as work:
            recommend(shelf, work, UUID(ranked.customer), "history", as_of=as_of)
        spent.append(time.perf_counter() - began)
    return 1_000 * float(np.median(spent))


if __name__ == "__main__":
    main()
