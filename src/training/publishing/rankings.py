"""From a judged ranking to a registered and published version; the same ranking over again is the version it was."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from commerce.records.instants import from_micros
from scoring.contents.ranking import contents
from scoring.ranking import RankingPackage
from training.fitting.ranking_data import RankingData
from training.judging.rankings import RankingReport, differences_of
from training.judging.verdict import Verdict
from training.publishing.desk import title_of
from training.publishing.plain import conclude_plain, hash_of
from training.publishing.tracking import UNKNOWN, Source, Tracker


@dataclass(frozen=True, kw_only=True)
class RankingResult:
    """What building recommendations came to.

    Parameters
    ----------
    name, version, label : str
        Of the published ranking.
    kept : str
        "blend", or the baseline that is kept.
    sentence : str
        What is kept, and why.
    recall, ndcg : float
        Of what is kept, out of time.
    products, customers : int
        That it knows.
    package : str
        Where it lies.
    """

    name: str
    version: str
    label: str
    kept: str
    sentence: str
    recall: float
    ndcg: float
    products: int
    customers: int
    package: str

    def as_dict(self) -> dict[str, Any]:
        """The result in JSON's own types."""
        return asdict(self)


def conclude_ranking(
    data: RankingData,
    package: RankingPackage,
    report: RankingReport,
    verdict: Verdict,
    *,
    kept: str,
    sentence: str,
    tracker: Tracker,
    packages: Path,
    source: Source = UNKNOWN,
    now: datetime | None = None,
) -> RankingResult:
    """Register a ranking with everything known of it, and publish it.

    Parameters
    ----------
    data : RankingData
    package : RankingPackage
        What is to answer, over tables of all that is known.
    report, verdict
        Of the ranking that was measured.
    kept : str
        "blend", or the baseline that is kept.
    sentence : str
        Why.
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
    mark = ranking_fingerprint(package)
    measured = replace(
        package,
        validation=report.figures[kept].as_dict(),
        card=_card(data, report, verdict, kept, sentence, mark),
        trained_on=_origin(data),
    )
    made = conclude_plain(
        measured,
        sentence=sentence,
        title=title_of(data.name, data.as_of, data.tenant.zone),
        parameters={"kept": kept, **asdict(package.blend)},
        at=now or from_micros(data.as_of),
        tracker=tracker,
        packages=packages,
        source=source,
        marked_by=ranking_fingerprint,
    )
    figures = report.figures[kept]
    return RankingResult(
        name=data.name,
        version=made.version,
        label=made.label,
        kept=kept,
        sentence=f"{made.label}: {sentence}",
        recall=figures.recall,
        ndcg=figures.ndcg,
        products=len(made.products),
        customers=len(data.known.customers),
        package=str(packages / made.tenant / made.model / made.version),
    )


def ranking_fingerprint(package: RankingPackage) -> str:
    """Hash what a ranking does: products, tables and blend; version, figures, card and origin are left out.

    Parameters
    ----------
    package : RankingPackage

    Returns
    -------
    str
        32 hex digits.
    """
    content, arrays = contents(package)
    return hash_of(content["blend"], arrays)


def _card(
    data: RankingData,
    report: RankingReport,
    verdict: Verdict,
    kept: str,
    sentence: str,
    mark: str,
) -> dict[str, Any]:
    return {
        "predicts": "what a customer buys next",
        "kept": kept,
        "why": sentence,
        "out_of_time": {name: found.as_dict() for name, found in report.figures.items()},
        "against": differences_of(report),
        "gates": verdict.as_list(),
        "judged": {"customers": report.customers, "repeats": report.repeats},
        "products": len(data.known.products),
        "customers": len(data.known.customers),
        "fingerprint": mark,
    }


def _origin(data: RankingData) -> dict[str, Any]:
    def day(instant: int) -> str:
        return from_micros(instant).isoformat()

    return {
        "as_of": day(data.as_of),
        "snapshot": data.snapshot.hash,
        "backfills": data.snapshot.backfills,
        "tuning_cutoff": day(data.tuning.cutoff),
        "test_cutoff": day(data.test.cutoff),
        "purchases": len(data.known.product),
    }
