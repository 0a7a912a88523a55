"""From a judged ranking to a registered and published version; the same ranking over again is the version it was."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from commerce.records.instants import from_micros
from scoring.contents.ranking import contents
from scoring.errors import ScoringError
from scoring.published import current_any
from scoring.ranking import RECOMMENDATIONS, RankingPackage
from training.fitting.ranking_data import RankingData
from training.judging.rankings import RankingReport, differences_of
from training.judging.verdict import Verdict
from training.publishing.desk import Desk, log_package
from training.publishing.tracking import FINGERPRINT, UNKNOWN, Source, Tracker, tracked_run


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
    at = (now or from_micros(data.as_of)).isoformat()
    desk = Desk(tracker=tracker, packages=packages, name=data.name, at=at, source=source)
    desk.settle()
    mark = ranking_fingerprint(package)
    measured = replace(
        package,
        validation=report.figures[kept].as_dict(),
        card=_card(data, report, verdict, kept, sentence, mark),
        trained_on=_origin(data),
    )
    standing = _champion(packages, data)
    if standing is not None and standing.card.get("fingerprint") == mark:
        return _result(data, standing, report, kept, sentence, desk)
    made = _registered(data, measured, desk, mark, sentence)
    desk.promote(made, why=sentence)
    return _result(data, made, report, kept, sentence, desk)


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
    found = hashlib.sha256(json.dumps(content["blend"], sort_keys=True).encode())
    for name, array in arrays.items():
        found.update(name.encode() + array.tobytes())
    return found.hexdigest()[:32]


def _registered(
    data: RankingData, package: RankingPackage, desk: Desk, mark: str, sentence: str
) -> RankingPackage:
    tracker = desk.tracker
    day = from_micros(data.as_of).astimezone(data.tenant.zone).date()
    tags = {FINGERPRINT: mark, "snapshot": data.snapshot.hash}
    found = tracker.version_made_of(data.name, mark)
    with tracked_run(
        tracker,
        data.name,
        title=f"{data.name} as of {day}",
        tags=tags | desk.source.tags,
        again=tracker.run_made_of(data.name, mark) if found is None else found.run_id,
    ) as run:
        blend: Mapping[str, object] = asdict(package.blend)
        run.parameters({"tenant": data.tenant.slug, "kept": package.card["kept"], **blend})
        run.metrics(dict(package.validation))
        version = (
            tracker.renew(data.name, run.run_id, of=None, tags=tags)
            if found is None
            else found.version
        )
        made = replace(package, version=version)
        run.describe(sentence)
        log_package(run, made)
        run.tags({"version": version, "promoted": "true"})
    tracker.describe_version(data.name, version, sentence)
    return made


def _champion(packages: Path, data: RankingData) -> RankingPackage | None:
    try:
        found = current_any(packages, data.tenant.slug, RECOMMENDATIONS)
    except (ScoringError, OSError):
        return None
    return found if isinstance(found, RankingPackage) else None


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


def _result(
    data: RankingData,
    package: RankingPackage,
    report: RankingReport,
    kept: str,
    sentence: str,
    desk: Desk,
) -> RankingResult:
    figures = report.figures[kept]
    return RankingResult(
        name=data.name,
        version=package.version,
        label=package.label,
        kept=kept,
        sentence=f"{package.label}: {sentence}",
        recall=figures.recall,
        ndcg=figures.ndcg,
        products=len(package.products),
        customers=len(data.known.customers),
        package=str(desk.folder(package.version)),
    )
