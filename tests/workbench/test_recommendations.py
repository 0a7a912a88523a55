"""What notebook 35 shows of a ranking."""

from __future__ import annotations

import numpy as np

from scoring.ranking import SOURCES, Blend
from training.judging.rankings import RankingFigures, RankingReport
from training.publishing.rankings import RankingResult
from workbench.recommendations import blend_table, figures_table, headline


def figures(recall: float) -> RankingFigures:
    """Figures that differ in recall."""
    return RankingFigures(
        recall=recall, ndcg=0.25, repeat_recall=0.5, explore_recall=0.125, each=np.zeros((2, 1))
    )


def test_a_blend_is_shown_source_by_source() -> None:
    table = blend_table(Blend(often=1.23456, popular=-0.5))
    assert list(table.index) == list(SOURCES)
    assert table.loc["often", "weight"] == 1.235
    assert table.loc["popular", "weight"] == -0.5


def test_figures_stand_beside_those_of_the_baselines() -> None:
    report = RankingReport(
        figures={"blend": figures(0.2), "popularity": figures(0.05)},
        against={},
        customers=1,
        repeats=0.4,
        milliseconds=1.0,
    )
    table = figures_table(report)
    assert list(table.index) == ["blend", "popularity"]
    assert list(table.loc["blend"]) == [0.2, 0.25, 0.5, 0.125]


def test_the_headline_says_what_is_kept_and_how_good_it_is() -> None:
    result = RankingResult(
        name="demo.recommendations",
        version="1",
        label="demo.recommendations/1",
        kept="blend",
        sentence="",
        recall=0.198,
        ndcg=0.3936,
        products=3651,
        customers=4334,
        package="",
    )
    assert headline(result) == (
        "demo.recommendations/1: blend, recall@10 0.198, NDCG@10 0.394, 3,651 products"
    )
