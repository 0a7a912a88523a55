"""What a model of a table must pass before it answers."""

from __future__ import annotations

from collections.abc import Mapping
from math import nan
from pathlib import Path
from typing import Any

import numpy as np

from commerce.records.tenants import SHARED
from scoring.decisions import decide, decide_many
from scoring.errors import ScoringError
from scoring.package import Package
from scoring.parts import fingerprint
from scoring.published import current, current_version
from training.judging.latency import answer_milliseconds
from training.judging.parity_certificate import SHOWN, Certificate, Difference
from training.judging.rivalry import FRESHER_LIMIT
from training.judging.rollbacks import read_taken_back, stays_back
from training.judging.standards import (
    answers_in_time,
    beats_base_rate,
    equals_fitted_model,
    has_certificate,
    is_calibrated,
    ranks_better_than_chance,
)
from training.judging.verdict import FIRST, Gate, Verdict
from training.tables.columns import LEAK
from training.tables.dataset import TableDataset
from training.tables.validating import Validation, is_no_better


def certify_rows(dataset: TableDataset, package: Package) -> Certificate:
    """Compare rows of the file as training read them with the same rows as a request sends them, one by one.

    Parameters
    ----------
    dataset : TableDataset
        With rows kept as the file has them.
    package : Package

    Returns
    -------
    Certificate
    """
    places = np.array(list(dataset.kept), dtype=np.int64)
    batch = dataset.values[places]
    answers = decide_many(package, batch)
    found: list[Difference] = []

    def differ(place: int, what: str, one: object, other: object) -> None:
        found.append(
            Difference(
                customer_id=f"row {place + 1}", what=what, batch=repr(one), online=repr(other)
            )
        )

    for place, row, answer in zip(places.tolist(), batch, answers, strict=True):
        online, _ = dataset.fields.read_row(dataset.kept[place])
        for name, one, other in zip(package.names, row.tolist(), online.tolist(), strict=True):
            if one != other and not (one != one and other != other):
                differ(place, name, one, other)
        if decide(package, online) != answer:
            differ(place, "answer", answer.probability, decide(package, online).probability)
    return Certificate(
        package=package.name,
        snapshot=dataset.digest,
        as_of=0,
        customers=len(places),
        values=int(batch.size),
        answers=len(answers),
        differences=len(found),
        examples=tuple(found[:SHOWN]),
        hashes={output.name: output.hash for output in package.outputs},
    )


def judge_table(
    dataset: TableDataset,
    validation: Validation,
    certificate: Certificate,
    *,
    packages: Path,
) -> Verdict:
    """Hold a model of a table against every gate, and against the champion where there is one.

    Parameters
    ----------
    dataset : TableDataset
    validation : Validation
    certificate : Certificate
    packages : Path
        Where packages are published.

    Returns
    -------
    Verdict
    """
    package, figures = validation.made.package, validation.figures
    key = packages, SHARED, dataset.name
    champion, unreadable = _champion(*key)
    same = champion is not None and fingerprint(champion) == fingerprint(package)
    return Verdict(
        gates=(
            beats_base_rate(figures),
            ranks_better_than_chance(figures),
            is_calibrated(figures),
            beats_plain(validation),
            knows_no_outcome(dataset),
            answers_in_time(answer_milliseconds(package, dataset.values)),
            equals_fitted_model(validation.made.difference),
            has_certificate(certificate),
            _against(champion, unreadable, dataset, validation),
            *stays_back(package, champion, read_taken_back(*key)),
        ),
        same_as=champion.label if same and champion is not None else None,
        same_model=same,
        replaces=_replaces(champion, dataset),
    )


def beats_plain(validation: Validation) -> Gate:
    """Rank better than a plain logistic regression, or alike with better probabilities; or the model is one."""
    name, plain = "baseline.logistic", validation.plain_auc
    if validation.is_plain:
        text = f"it is the plain logistic regression, with AUC {plain:.3f}"
        return Gate(name=name, passed=None, text=text)
    against = validation.against_plain
    return Gate(
        name=name,
        passed=not is_no_better(against),
        text=f"AUC {validation.figures.auc:.3f}, the plain logistic regression's is {plain:.3f}; must not be lower by"
        f" more than a standard error, {against['delta_auc_error']:.4f}, nor Brier {against['delta_brier']:+.5f} higher"
        " where it is no better",
    )


def knows_no_outcome(dataset: TableDataset) -> Gate:
    """Say which columns tell the outcome all by themselves and are learned from all the same, as was asked."""
    kept = [column.name for column in dataset.columns if column.is_used and column.power >= LEAK]
    if not kept:
        text = (
            f"no column that is learned from ranks the outcome alone with an AUC of {LEAK} or more"
        )
        return Gate(name="leak", passed=True, text=text)
    text = f"{' and '.join(kept)} tell the outcome alone, and are learned from as was asked"
    return Gate(name="leak", passed=None, text=text)


def label_of(dataset: TableDataset) -> dict[str, Any]:
    """What a model of a table is asked, as its card keeps it."""
    return {
        "name": dataset.fields.target,
        "version": dataset.fields.positive,
        "description": dataset.outcome,
    }


def _champion(packages: Path, tenant: str, model: str) -> tuple[Package | None, str]:
    """Read the champion, or say why it cannot be read."""
    try:
        if current_version(packages, tenant, model) is None:
            return None, ""
        return current(packages, tenant, model), ""
    except (ScoringError, OSError) as error:
        return None, f"the champion cannot be read: {error}"


def _against(
    champion: Package | None, unreadable: str, dataset: TableDataset, validation: Validation
) -> Gate:
    """Hold figures of rows that a model did not see against those of the champion, each from its own validation.

    The champion may have learned from the rows at hand, so it cannot be asked about them.
    """
    name = "champion.auc"
    if champion is None:
        return Gate(name=name, passed=None, text=unreadable or FIRST)
    if _replaces(champion, dataset):
        return Gate(name=name, passed=None, text=_replaces(champion, dataset))
    before = float(champion.validation.get("auc", nan))
    auc = validation.figures.auc
    return Gate(
        name=name,
        passed=not auc < before + FRESHER_LIMIT,
        text=f"AUC {auc:.3f} on rows it has not seen, {champion.label} had {before:.3f} on such, must not be lower by"
        f" more than {-FRESHER_LIMIT}",
    )


def _replaces(champion: Package | None, dataset: TableDataset) -> str:
    """Say what the champion was asked instead of today's question; empty where it is the same."""
    told: Mapping[str, Any] = {} if champion is None else champion.card.get("label", {})
    if champion is None or told == label_of(dataset):
        return ""
    return (
        f"It answers {dataset.outcome} where {champion.label} answered {told.get('description')}"
        ", and takes its place"
    )
