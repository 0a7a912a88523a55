"""How good a ranking is out of time, beside what anybody would try first, and whether it is worth its trouble."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.ranker import best_first, blended
from scoring.ranking import RankingPackage
from training.fitting.blend_fit import PERSONAL, POPULARITY
from training.fitting.ranking_data import Ranked, Split
from training.fitting.ranking_measures import AT, Floats, ndcg, recall
from training.judging.verdict import Gate

Scorer = Callable[[Ranked], Floats]
"""Scores every product for a customer."""

BLEND, MOST_POPULAR, MOST_OFTEN, CO_PURCHASE = "blend", "popularity", "personal", "co-purchase"

MOST_MILLISECONDS = 5.0
"""What one ranking may take."""

_RESAMPLES = 1_000
_TIMED, _REPEATS = 50, 3
"""Customers whose ranking is timed, and how often each."""

_LEAST_TOGETHER = 3
"""Customers who bought two products, below which their lift says nothing."""


@dataclass(frozen=True, kw_only=True, eq=False)
class RankingFigures:
    """How good the first ten are; a mean over customers.

    Parameters
    ----------
    recall, ndcg : float, in [0, 1]
        Of all that a customer bought in the horizon.
    repeat_recall : float, in [0, 1]
        Of what the customer had bought before, ranked among that.
    explore_recall : float, in [0, 1]
        Of what was new to the customer, ranked among that.
    each : float array of shape (2, n_customers)
        Recall and NDCG of each customer.
    """

    recall: float
    ndcg: float
    repeat_recall: float
    explore_recall: float
    each: Floats

    def as_dict(self) -> dict[str, float]:
        """The figures in JSON's own types."""
        names = ("recall", "ndcg", "repeat_recall", "explore_recall")
        return {name: round(float(getattr(self, name)), 6) for name in names}


@dataclass(frozen=True, kw_only=True)
class Difference:
    """How much more one ranking is worth than another, with the 95 % interval of a paired bootstrap over customers.

    Parameters
    ----------
    recall, ndcg : tuple of float
        Mean, lower and upper end.
    """

    recall: tuple[float, float, float]
    ndcg: tuple[float, float, float]


@dataclass(frozen=True, kw_only=True, eq=False)
class RankingReport:
    """A ranking out of time.

    Parameters
    ----------
    figures : dict of str to RankingFigures
        By ranking: "blend", "popularity", "personal", "co-purchase".
    against : dict of str to Difference
        The blend's, against "popularity" and "personal".
    customers : int
    repeats : float, in [0, 1]
        The share of what was bought in the horizon that the customer had bought before.
    milliseconds : float
        What one ranking takes, the median.
    """

    figures: Mapping[str, RankingFigures]
    against: Mapping[str, Difference]
    customers: int
    repeats: float
    milliseconds: float


def examine_ranking(package: RankingPackage, split: Split) -> RankingReport:
    """Measure a ranking and the baselines on the same customers.

    Parameters
    ----------
    package : RankingPackage
        The blend, over tables of what was known at the split's cutoff.
    split : Split

    Returns
    -------
    RankingReport
    """
    figures = {
        BLEND: measure(package, split, by_package(package)),
        MOST_POPULAR: measure(package, split, by_package(replace(package, blend=POPULARITY))),
        MOST_OFTEN: measure(package, split, by_package(replace(package, blend=PERSONAL))),
        CO_PURCHASE: measure(package, split, by_lift(package)),
    }
    repeats = [
        len(each.bought & {product for product, _ in each.purchases}) for each in split.customers
    ]
    wanted = sum(len(each.bought) for each in split.customers)
    return RankingReport(
        figures=figures,
        against={
            name: difference(figures[BLEND], figures[name]) for name in (MOST_POPULAR, MOST_OFTEN)
        },
        customers=len(split.customers),
        repeats=sum(repeats) / wanted,
        milliseconds=_milliseconds(package, split),
    )


def measure(package: RankingPackage, split: Split, scorer: Scorer) -> RankingFigures:
    """Measure the first ten of any ranking.

    Parameters
    ----------
    package : RankingPackage
        Whose products are ranked.
    split : Split
    scorer : callable
        Gives a score to each of the products for a customer.

    Returns
    -------
    RankingFigures
    """
    hits, again, new = _Lists(), _Lists(), _Lists()
    for each in split.customers:
        scores = scorer(each)
        wanted = {package.places[product] for product in each.bought}
        own = {package.places[product] for product, _ in each.purchases}
        order = best_first(scores)
        hits.add(order[:AT], wanted)
        mine = np.isin(order, list(own))
        again.add(order[mine][:AT], wanted & own)
        new.add(order[~mine][:AT], wanted - own)
    recalls, gains = recall(*hits.judged), ndcg(*hits.judged)
    return RankingFigures(
        recall=float(recalls.mean()),
        ndcg=float(gains.mean()),
        repeat_recall=again.recall,
        explore_recall=new.recall,
        each=np.stack([recalls, gains]),
    )


class _Lists:
    """The first ten of customers, as far as they were right; who wanted nothing is passed over."""

    def __init__(self) -> None:
        self._hits: list[list[bool]] = []
        self._wanted: list[int] = []

    def add(self, listed: NDArray[np.int64], wanted: set[int]) -> None:
        if wanted:
            right = [place in wanted for place in listed.tolist()]
            self._hits.append(right + [False] * (AT - len(right)))
            self._wanted.append(len(wanted))

    @property
    def judged(self) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """Hits by place, and how many each customer wanted."""
        hits = np.array(self._hits, dtype=np.bool_).reshape(-1, AT)
        return hits, np.array(self._wanted, dtype=np.int64)

    @property
    def recall(self) -> float:
        """The mean; 0 where nobody wanted anything."""
        return float(recall(*self.judged).mean()) if self._wanted else 0.0


def by_package(package: RankingPackage) -> Scorer:
    """Score as a package does."""
    return lambda each: blended(package, each.purchases)


def by_lift(package: RankingPackage) -> Scorer:
    """Score by co-purchase lift: how much more often two products are bought by the same customer than by chance."""
    links, buyers = package.links, package.buyers.astype(np.float64)

    def score(each: Ranked) -> Floats:
        own = np.unique([package.places[product] for product, _ in each.purchases])
        found, of = links.of(own)
        others, customers = links.products[found], links.customers[found].astype(np.float64)
        lift = np.where(customers >= _LEAST_TOGETHER, customers, 0) / (
            buyers[others] * buyers[own[of]]
        )
        return np.bincount(others, weights=lift, minlength=len(buyers)).astype(np.float64)

    return score


def difference(one: RankingFigures, other: RankingFigures) -> Difference:
    """Compare two rankings of the same customers.

    Parameters
    ----------
    one, other : RankingFigures

    Returns
    -------
    Difference
    """
    paired = one.each - other.each
    random = np.random.default_rng(0)
    rows = random.integers(0, paired.shape[1], (_RESAMPLES, paired.shape[1]))
    intervals = []
    for row in paired:
        low, high = np.quantile(row[rows].mean(axis=1), (0.025, 0.975))
        intervals.append((float(row.mean()), float(low), float(high)))
    return Difference(recall=intervals[0], ndcg=intervals[1])


def ranking_gates(report: RankingReport) -> tuple[Gate, ...]:
    """Hold the blend against what anybody would try first; where a gate refuses, the run keeps a baseline.

    Parameters
    ----------
    report : RankingReport

    Returns
    -------
    tuple of Gate
    """
    beats = tuple(
        Gate(
            name=f"baseline.{name}",
            passed=found.recall[1] > 0 and found.ndcg[1] > 0,
            text=f"recall@{AT} {_interval(found.recall)}, NDCG@{AT} {_interval(found.ndcg)} against {_TOLD[name]};"
            " both must lie above 0",
        )
        for name, found in report.against.items()
    )
    latency = Gate(
        name="latency",
        passed=report.milliseconds <= MOST_MILLISECONDS,
        text=f"one ranking takes {report.milliseconds:.2f} ms, must not take more than {MOST_MILLISECONDS:g}",
    )
    return (*beats, latency)


_TOLD = {MOST_POPULAR: "what is popular", MOST_OFTEN: "what the customer bought most often"}


def better_baseline(report: RankingReport) -> str:
    """Name the baseline that ranks better."""
    return max((MOST_OFTEN, MOST_POPULAR), key=lambda name: report.figures[name].ndcg)


def differences_of(report: RankingReport) -> dict[str, Any]:
    """The differences in JSON's own types."""
    return {name: asdict(found) for name, found in report.against.items()}


def _interval(found: tuple[float, float, float]) -> str:
    mean, low, high = found
    return f"{mean:+.4f} ({low:+.4f} to {high:+.4f})"


def _milliseconds(package: RankingPackage, split: Split) -> float:
    """What one ranking takes; whatever else the machine does only adds to the least of several times."""
    least = []
    for each in split.customers[:_TIMED]:
        spent = []
        for _ in range(_REPEATS):
            began = time.perf_counter()
            best_first(blended(package, each.purchases))
            spent.append(time.perf_counter() - began)
        least.append(min(spent))
    return 1_000 * float(np.median(least))
