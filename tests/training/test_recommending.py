"""Recommendations: habits and pairs are learned, chance is not, and what is published is what was judged, renewed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from scipy.sparse import csr_array
from tests.features.streams import Row, event, snapshot_of

from commerce.records.instants import DAY
from commerce.records.tenants import Tenant
from scoring.published import current_any
from scoring.ranker import blended
from scoring.ranking import RankingPackage
from training import recommending
from training.errors import NotTrainable
from training.fitting import product_links
from training.fitting.ranking_data import RankingData
from training.judging.rankings import BLEND, MOST_OFTEN, MOST_POPULAR
from training.publishing.tracking import Tracker

DAYS, PRODUCTS = 200, 40
TENANT = Tenant(
    id=1,
    slug="demo",
    zone=ZoneInfo("Europe/Berlin"),
    currency="EUR",
    clock_mode="recorded",
    observed_at=None,
)

Chooses = Callable[[np.random.Generator, int, int], list[int]]


def of_a_pair(random: np.random.Generator, customer: int, order: int) -> list[int]:
    """Half of what a customer buys comes with something else, which is bought the time after."""
    first = 2 * int(random.integers(PRODUCTS // 2))
    if order % 2:
        first = 2 * ((7 * customer + order // 2) % (PRODUCTS // 2)) + 1
        return [first]
    return [2 * ((7 * customer + order // 2) % (PRODUCTS // 2)), first]


def by_chance(random: np.random.Generator, customer: int, order: int) -> list[int]:
    """Nobody has a taste."""
    return [int(each) for each in random.choice(PRODUCTS, 2, replace=False)]


def orders(chooses: Chooses, customers: int = 250) -> list[Row]:
    """A shop whose customers order every 20 days or so."""
    random, rows = np.random.default_rng(2), list[Row]()
    for customer in range(customers):
        day, order = float(random.uniform(0, 40)), 0
        while day < DAYS:
            for product in chooses(random, customer, order):
                about = {
                    "aggregate_id": f"{customer}-{order}",
                    "product_id": f"{product:032x}",
                    "quantity": 1,
                }
                at = int(day * DAY) + product
                rows.append(event(len(rows) + 1, "order.line", f"{customer:032x}", at, **about))
            day, order = day + random.gamma(4, 5), order + 1
    return rows


def data_of(chooses: Chooses, folder: Path) -> RankingData:
    """What a ranking of the shop learns from."""
    snapshot = snapshot_of(orders(chooses), folder / "stream.parquet")
    return recommending.load_ranking_data(TENANT, snapshot, as_of=DAYS * DAY)


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> RankingData:
    """A shop of pairs."""
    return data_of(of_a_pair, tmp_path_factory.mktemp("pairs"))


@pytest.fixture(scope="module")
def judged(pairs: RankingData) -> recommending.JudgedRanking:
    """Its ranking, judged."""
    return recommending.examine(pairs, recommending.fit_ranking(pairs))


def test_what_goes_together_is_learned_and_kept(judged: recommending.JudgedRanking) -> None:
    figures = judged.report.figures
    assert judged.kept == BLEND
    assert judged.verdict.promoted
    for baseline in (MOST_POPULAR, MOST_OFTEN):
        assert figures[BLEND].recall > figures[baseline].recall
        assert figures[BLEND].ndcg > figures[baseline].ndcg
    assert figures[BLEND].explore_recall > figures[MOST_OFTEN].explore_recall
    assert judged.sentence.startswith("the blend is kept: recall@10 ")


def test_where_nobody_has_a_taste_a_baseline_is_kept_and_the_run_says_why(tmp_path: Path) -> None:
    data = data_of(by_chance, tmp_path)
    judged = recommending.examine(data, recommending.fit_ranking(data))
    assert judged.kept in (MOST_POPULAR, MOST_OFTEN)
    assert "is kept: recall@10 " in judged.sentence
    assert "; of the blend baseline." in judged.sentence
    assert "both must lie above 0" in judged.sentence


def test_no_table_of_a_split_knows_what_it_is_judged_by(pairs: RankingData) -> None:
    assert pairs.tuning.cutoff < pairs.test.cutoff < pairs.as_of
    for split in (pairs.tuning, pairs.test):
        assert split.known.occurred.max() < split.cutoff
        known = set(split.known.products)
        assert all(each.bought and each.bought <= known for each in split.customers)


def test_records_that_are_too_few_are_told_with_what_is_missing(tmp_path: Path) -> None:
    few = snapshot_of(orders(of_a_pair, customers=30), tmp_path / "few.parquet")
    with pytest.raises(NotTrainable, match=r"must have 50 customers who bought before .*; got \d+"):
        recommending.load_ranking_data(TENANT, few, as_of=DAYS * DAY)
    with pytest.raises(NotTrainable, match=r"must have 20 products .*; got \d+\. Until then"):
        recommending.load_ranking_data(TENANT, few, as_of=DAY)


def test_links_are_those_of_ease_by_its_closed_form() -> None:
    random = np.random.default_rng(3)
    bought = (random.random((120, 12)) < 0.3).astype(float)
    found = product_links.product_links(csr_array(bought))
    inverse = np.linalg.inv(bought.T @ bought + 50.0 * np.eye(12))
    weights = -inverse / np.diag(inverse)
    for product in range(12):
        row = slice(found.starts[product], found.starts[product + 1])
        others = found.products[row]
        assert product not in others
        np.testing.assert_allclose(
            found.weights[row], weights[product, others], rtol=1e-5, atol=1e-7
        )
        both = (bought[:, [product]] * bought[:, others]).sum(axis=0)
        np.testing.assert_array_equal(found.customers[row], both)


def test_beyond_a_number_of_products_links_weigh_the_cosine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bought = (np.random.default_rng(3).random((60, 6)) < 0.4).astype(float)
    monkeypatch.setattr(product_links, "EASE_MOST", 5)
    found = product_links.product_links(csr_array(bought))
    norms = np.sqrt(bought.sum(axis=0))
    row = slice(found.starts[2], found.starts[3])
    others = found.products[row]
    expected = (bought.T @ bought)[2, others] / (norms[2] * norms[others])
    np.testing.assert_allclose(found.weights[row], expected, rtol=1e-6)


def test_what_is_published_knows_all_and_is_the_same_version_over_again(
    pairs: RankingData, judged: recommending.JudgedRanking, tracker: Tracker, tmp_path: Path
) -> None:
    packages = tmp_path / "packages"
    first = recommending.conclude(pairs, judged, tracker=tracker, packages=packages)
    again = recommending.conclude(pairs, judged, tracker=tracker, packages=packages)
    assert (first.label, first.kept) == (again.label, BLEND) == ("demo.recommendations/1", BLEND)
    package = current_any(packages, "demo", "recommendations")
    assert isinstance(package, RankingPackage)
    assert package.blend == judged.package.blend
    assert package.buyers.sum() > judged.package.buyers.sum()
    assert package.validation == judged.report.figures[BLEND].as_dict()
    assert package.trained_on["purchases"] == len(pairs.known.product)
    assert tracker.version_with("demo.recommendations", "champion") == "1"
    ranked = pairs.test.customers[0]
    assert np.isfinite(blended(package, ranked.purchases)).all()
