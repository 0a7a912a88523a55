"""The model card: what a version is, on what it learned, how good it is and where it must not be used."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from commerce.records.instants import from_micros
from scoring.package import Package
from training.fitting.candidates import Fitted
from training.fitting.dataset import Dataset
from training.judging.drift import spreads_of_training
from training.judging.groups import group_figures
from training.judging.parity_certificate import Certificate
from training.judging.sensitivity import sensitivity
from training.judging.verdict import Verdict

if TYPE_CHECKING:
    from training.judging.evaluation import Figures
    from training.judging.examination import Report

VALID_DAYS = 365
"""Days after which a model should have been trained again."""

STRONGEST = 10


def model_card(
    dataset: Dataset,
    fitted: Fitted,
    package: Package,
    report: Report,
    certificate: Certificate,
    verdict: Verdict,
) -> dict[str, Any]:
    """Write the card of a model version, in JSON's own types."""
    label = dataset.spec.label
    figures = report.figures
    return {
        "model": dataset.name,
        "predicts": f"the probability that a customer {dataset.spec.outcome}",
        "label": {"name": label.name, "version": label.version, "description": label.description},
        "horizon_days": dataset.schedule.horizon_days,
        "population": {
            "name": dataset.population.name,
            "description": dataset.population.description,
            "share_of_customers": float(dataset.is_asked(dataset.current).mean()),
            "others": [group.name for group in dataset.population.others],
            "out_of_time": [asdict(group) for group in group_figures(dataset, package)],
        },
        "value": None if dataset.forecast is None else dataset.forecast.sentence,
        "economics": asdict(dataset.spec.economics),
        "sensitivity": sensitivity(
            package, dataset.current[list(package.names)].to_numpy(dtype=np.float64)
        ).to_dict("index"),
        "learned_from": dict(package.trained_on),
        "inputs": spreads_of_training(dataset, package),
        "features": len(package.outputs),
        "form": "sums of small boosted trees, shape functions and linear models, with exact contributions",
        "candidates": [asdict(candidate) for candidate in fitted.candidates],
        "not_tried": dict(fitted.not_tried),
        "out_of_time": out_of_time(figures),
        "cross_validated_auc": report.cross_validated,
        "notes": list(report.notes),
        "calibration": asdict(package.calibration),
        "baseline": dict(report.baseline),
        "baseline_feature": dataset.spec.baseline_feature if report.against_feature else None,
        "standings": [asdict(standing) for standing in report.standings],
        "permuted_auc": report.permuted_auc,
        "payoff": report.payoff and {"gain": report.payoff.gain, "cost": report.payoff.cost},
        "learning_curve": [asdict(point) for point in report.baselines.learning],
        "credit_scores": report.credit and report.credit.as_dict(),
        "fairness": [asdict(group) for group in report.fairness.groups],
        "strongest_features": dict(list(report.power.items())[:STRONGEST]),
        "decision": asdict(package.decision),
        "gates": verdict.as_list(),
        "certificate": certificate.as_dict(),
        "limits": [
            "It knows what the records hold up to the cutoff, nothing else.",
            "It learned from customers of this tenant only.",
            "Customers whom the question is not about are named as another group in their answers.",
        ],
        "expires": (from_micros(dataset.as_of) + timedelta(days=VALID_DAYS)).date().isoformat(),
    }


def out_of_time(figures: Figures) -> dict[str, Any]:
    """Give the figures of unseen rows that a card shows."""
    return {
        name: getattr(figures, name)
        for name in (
            "rows",
            "base_rate",
            "auc",
            "auc_low",
            "auc_high",
            "brier",
            "ece",
            "ece_by_chance",
            "slope",
            "slope_low",
            "slope_high",
        )
    }
