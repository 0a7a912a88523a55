"""Recommendations, a step a line: the purchases, the ranking, how good it is, whether it is kept, the package.

A ranking is judged as of the last horizon: its tables know nothing of what it is tested on, and its blend was chosen on
the horizon before. What is published has the same blend over tables of all that is known, for what customers bought
yesterday is what tells most about tomorrow.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from scoring.ranking import Blend, RankingPackage
from training.fitting.blend_fit import PERSONAL, POPULARITY, fit_blend
from training.fitting.product_links import product_tables
from training.fitting.ranking_data import RankingData, load_ranking_data
from training.judging.rankings import (
    BLEND,
    MOST_OFTEN,
    MOST_POPULAR,
    RankingReport,
    better_baseline,
    examine_ranking,
    ranking_gates,
)
from training.judging.verdict import Verdict
from training.publishing.rankings import RankingResult, conclude_ranking
from training.publishing.tracking import UNKNOWN, Source, Tracker, open_tracker

__all__ = ["conclude", "examine", "fit_ranking", "load_ranking_data", "open_tracker"]


@dataclass(frozen=True, kw_only=True, eq=False)
class JudgedRanking:
    """A ranking that was measured, and what is kept of it.

    Parameters
    ----------
    package : RankingPackage
        The blend, over tables of what was known at the test's cutoff.
    report : RankingReport
    verdict : Verdict
    kept : str
        "blend", or the baseline that takes its place.
    """

    package: RankingPackage
    report: RankingReport
    verdict: Verdict
    kept: str

    @property
    def blend(self) -> Blend:
        """What is published."""
        return {BLEND: self.package.blend, MOST_OFTEN: PERSONAL, MOST_POPULAR: POPULARITY}[
            self.kept
        ]

    @property
    def sentence(self) -> str:
        """What is kept, and why."""
        found = self.report.figures[self.kept]
        told = f"recall@10 {found.recall:.4f}, NDCG@10 {found.ndcg:.4f}"
        if self.kept == BLEND:
            return f"the blend is kept: {told}, {self.verdict.summary}"
        return (
            f"{_NAMED[self.kept]} is kept: {told}; of the blend {'; '.join(self.verdict.refusals)}"
        )


_NAMED = {MOST_OFTEN: "what the customer bought most often", MOST_POPULAR: "what is popular"}


def fit_ranking(data: RankingData) -> RankingPackage:
    """Choose a blend on the tuning split, and set it over tables of what was known at the test's cutoff.

    Parameters
    ----------
    data : RankingData

    Returns
    -------
    RankingPackage
        Without a version, and without figures.
    """
    blend = fit_blend(product_tables(data.name, data.tuning.known, PERSONAL), data.tuning)
    return product_tables(data.name, data.test.known, blend)


def examine(data: RankingData, package: RankingPackage) -> JudgedRanking:
    """Measure a ranking out of time beside the baselines, and decide what is kept.

    Parameters
    ----------
    data : RankingData
    package : RankingPackage
        As `fit_ranking` gives it.

    Returns
    -------
    JudgedRanking
    """
    report = examine_ranking(package, data.test)
    verdict = Verdict(gates=ranking_gates(report))
    kept = BLEND if verdict.promoted else better_baseline(report)
    return JudgedRanking(package=package, report=report, verdict=verdict, kept=kept)


def conclude(
    data: RankingData,
    judged: JudgedRanking,
    *,
    tracker: Tracker,
    packages: Path,
    source: Source = UNKNOWN,
    now: datetime | None = None,
) -> RankingResult:
    """Set what is kept over tables of all that is known, register it and publish it.

    Parameters
    ----------
    data : RankingData
    judged : JudgedRanking
    tracker : Tracker
    packages : Path
        Where packages are published.
    source : Source
        What trained, for the run's page.
    now : datetime, optional
        When it becomes champion; the cutoff of the records by default.

    Returns
    -------
    RankingResult
    """
    return conclude_ranking(
        data,
        product_tables(data.name, data.known, judged.blend),
        judged.report,
        judged.verdict,
        kept=judged.kept,
        sentence=judged.sentence,
        tracker=tracker,
        packages=packages,
        source=source,
        now=now,
    )
