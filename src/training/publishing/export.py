"""Write a fitted model down as a decision package."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import Pipeline

from commerce.records.instants import from_micros
from scoring.binned import Binned, Term, binned_component
from scoring.components import Component
from scoring.linear import Linear
from scoring.package import Package, PackageOutput
from scoring.rules import RuleInputs
from scoring.scale import Scale
from scoring.templates import ALTERNATIVE
from scoring.tree_tables import Tree, trees_component
from scoring.trees import Trees
from training.errors import NotExportable
from training.fitting.candidates import Fitted
from training.fitting.dataset import Dataset
from training.fitting.estimators import LogitBlend, ShapeFunctions, is_linear, obstacle
from training.fitting.figures import derived_columns
from training.fitting.rule_scores import calibrate_rules
from training.publishing.notice_sentences import notice_for
from training.publishing.reason_sentences import (
    clock_offset,
    companions,
    is_named,
    tells_time,
    template_for,
    unit_for,
)
from training.publishing.reason_templates import NO_HOURS
from training.specs import ModelSpec
from training.specs.concepts import concept_of, expected_sign
from training.specs.economics import Facts, typical_order

if TYPE_CHECKING:
    from features.declaring.declaration import Output

Floats = NDArray[np.float64]

_ONE_HOUR = 1.0
"""By how much midnight moves in UTC: hours of the day that differ no more are no hours of orders."""

UNPUBLISHED = "0"
"""The version of a package that is not registered yet."""


def export_package(dataset: Dataset, fitted: Fitted) -> Package:
    """Write a fitted model down as a decision package.

    Parameters
    ----------
    dataset : Dataset
        What it was fitted on: typical values and money are read off the training rows, what is usual off the
        customers of today.
    fitted : Fitted

    Returns
    -------
    Package
        Version "0"; its features are those the model reads, then those only the rule score, the population, the
        offer or the derived columns read, then those only sentences read. Where nobody has paid for an order there
        is nothing to count amounts in, and so no rule score.

    Raises
    ------
    NotExportable
        "chosen candidate 'forest' must be one that tables hold to become a decision package; got
        RandomForestClassifier: its trees have up to 2,143 leaves where tables hold 9, ..."
    """
    spec, frame, currency = fitted.spec, dataset.train, dataset.tenant.currency
    if not isinstance(fitted.estimator, LogitBlend):
        raise NotExportable(
            f"chosen candidate {fitted.chosen.name!r} must be one that tables hold to become a decision package;"
            f" got {type(fitted.estimator).__name__}: {obstacle(fitted.estimator)}. Compare with it, and export"
            " what fit_candidates chooses beside it."
        )
    population = dataset.population
    asked = dataset.asked(dataset.current)
    limits = [group.above for group in population.others if group.returns and group.above]
    decision, offer = spec.economics.settle(
        Facts(
            train=frame,
            asked=asked,
            forecast=None if dataset.forecast is None else dataset.forecast.forecast,
            longest=min(limits, default=None),
            currency=currency,
        )
    )
    rule_columns = dict(spec.rule_columns or {})
    order = typical_order(frame, rule_columns["average_order_value"]) if rule_columns else None
    told_by = [group.feature for group in population.others]
    valued_by = () if offer is None else offer.features
    derived = derived_columns(fitted.features, dataset.forecast)
    figures = () if derived is None else tuple(derived.counted_to)
    read = [*fitted.features, *rule_columns.values(), *told_by, *valued_by]
    read += () if derived is None else derived.outputs
    names = [name for name in dict.fromkeys(read) if name not in figures]
    names += companions(names, dataset.catalogue)
    offset = clock_offset(dataset.tenant.zone, from_micros(dataset.as_of))
    return Package(
        name=dataset.name,
        version=UNPUBLISHED,
        currency=currency,
        outputs=tuple(
            _output(dataset.catalogue[name], dataset.current[name], offset, spec) for name in names
        ),
        components=components_of(fitted.estimator, len(names) + len(figures)),
        derived=derived,
        calibration=fitted.calibration,
        decision=decision,
        offer=offer,
        population=population,
        scale=Scale() if spec.on_credit_scale else None,
        rule_inputs=None if order is None else _rule_inputs(dataset, rule_columns, order),
        actionable=tuple(
            output.name for output in dataset.catalogue.outputs if is_named(output, spec.actionable)
        ),
        usual=f"In this shop the risk that a customer {spec.outcome} is usually {{risk}}; nothing known of this"
        f" customer raises it by much.{ALTERNATIVE}In this shop the risk that a customer {spec.outcome} is usually"
        " {risk}; several small things raise it here, none of which stands out.",
        trained_on=_origin(dataset),
    )


def _rule_inputs(dataset: Dataset, columns: dict[str, str], order: float) -> RuleInputs:
    """What the rule score reads, and which risk its points stand for in this shop."""
    inputs = RuleInputs(columns=columns, typical_order=order)
    return replace(inputs, calibration=calibrate_rules(dataset.asked(dataset.train), inputs))


def _origin(dataset: Dataset) -> dict[str, Any]:
    """Name what reproduces the training rows."""
    schedule = dataset.schedule
    return {
        "snapshot": dataset.snapshot.hash,
        "backfills": dataset.snapshot.backfills,
        "as_of": from_micros(dataset.as_of).isoformat(),
        "train_cutoffs": [from_micros(cutoff).isoformat() for cutoff in schedule.train],
        "test_cutoff": from_micros(schedule.test).isoformat(),
        "horizon_days": schedule.horizon_days,
        "n_train": len(dataset.train),
        "n_test": len(dataset.test),
        "base_rate": float(dataset.train["label"].mean()),
    }


def components_of(estimator: LogitBlend, columns: int) -> tuple[Component, ...]:
    """Turn the members of a blend into components on `columns` columns, the model's own coming first."""
    made: list[Component] = []
    for member, weight in zip(estimator.members, estimator.weights, strict=True):
        if isinstance(member, HistGradientBoostingClassifier):
            made.append(_trees(member, weight))
        elif isinstance(member, ShapeFunctions):
            made.append(_binned(member, weight))
        elif is_linear(member):
            made += _linear(member, weight, columns)
        else:
            raise NotExportable(
                f"member of a blend must be boosted trees, shape functions or a linear model;"
                f" got {type(member).__name__}. Use training.fitting.estimators."
            )
    return tuple(made)


def _output(
    output: Output, values: pd.Series[float], offset: timedelta, spec: ModelSpec
) -> PackageOutput:
    known = values.dropna().to_numpy(dtype=np.float64)
    template, missing = template_for(output, offset=offset, some_missing=len(known) < len(values))
    if tells_time(output) and (not len(known) or np.ptp(known) <= _ONE_HOUR):
        template = NO_HOURS
    if is_named(output, spec.never_reasons):
        template = missing = ""
    notice, notice_missing = notice_for(output) if spec.on_credit_scale else ("", "")
    return PackageOutput(
        name=output.name,
        hash=output.hash,
        family=concept_of(output),
        unit=unit_for(output, offset),
        reference=float(np.median(known)) if len(known) else None,
        template=template,
        missing=missing,
        expected_sign=expected_sign(output, spec.expected_signs),
        notice=notice,
        notice_missing=notice_missing,
    )


def _trees(model: HistGradientBoostingClassifier, weight: float) -> Trees:
    trees = [_tree(predictor[0].nodes) for predictor in model._predictors]
    return trees_component(trees, start=float(model._baseline_prediction[0, 0]), weight=weight)


def _tree(nodes: Any) -> Tree:
    """Read a tree out of scikit-learn's table of nodes."""
    if nodes["is_categorical"].any():
        raise NotExportable(
            "tree must test numbers only; got a category. Encode categories as columns of 0 and 1."
        )
    leaf = nodes["is_leaf"].astype(bool)
    return Tree(
        feature=nodes["feature_idx"].astype(np.int64),
        threshold=nodes["num_threshold"].astype(np.float64),
        missing_left=nodes["missing_go_to_left"].astype(np.bool_),
        left=np.where(leaf, -1, nodes["left"].astype(np.int64)),
        right=np.where(leaf, -1, nodes["right"].astype(np.int64)),
        cover=nodes["count"].astype(np.float64),
        value=nodes["value"].astype(np.float64),
    )


def _binned(model: ShapeFunctions, weight: float) -> Binned:
    terms = [
        Term(columns=columns, cuts=cuts, contributions=contributions)
        for columns, cuts, contributions in zip(
            model.columns, model.cuts, model.contributions, strict=True
        )
    ]
    return binned_component(terms, base=model.intercept, weight=weight)


def _linear(model: Pipeline, weight: float, columns: int) -> list[Component]:
    """Fold standardisation into coefficients: contribution = coefficient x (transformed - mean).

    Indicators of categories come to a shape function of their column.
    """
    transform, scaler, logistic = (model[step] for step in ("values", "scale", "logistic"))
    own = transform.n_features_in_
    coded = own + len(transform.missing_)
    coefficient = logistic.coef_[0] / scaler.scale_

    def widened(values: Floats, places: Any = slice(own)) -> Floats:
        wide = np.zeros(columns)
        wide[places] = values
        return wide

    log = np.zeros(columns, dtype=np.bool_)
    log[:own] = transform.log_
    line = Linear(
        weight=weight,
        base=float(logistic.intercept_[0]),
        log=log,
        fill=widened(transform.fill_),
        mean=widened(scaler.mean_[:own]),
        coefficient=widened(coefficient[:own]),
        missing_mean=widened(scaler.mean_[own:coded], transform.missing_),
        missing_coefficient=widened(coefficient[own:coded], transform.missing_),
    )
    terms = _category_terms(transform.coded_, coefficient[coded:], scaler.mean_[coded:])
    return [line, binned_component(terms, base=0.0, weight=weight)] if terms else [line]


def _category_terms(coded: Any, coefficient: Floats, mean: Floats) -> list[Term]:
    """Give the shape function of each column of categories, a bin for each code."""
    terms = []
    for column in np.unique(coded[:, 0]).tolist():
        places = np.flatnonzero(coded[:, 0] == column)
        usual = float(np.sum(coefficient[places] * mean[places]))
        terms.append(
            Term(
                columns=(column,),
                cuts=(np.arange(1, len(places), dtype=np.float64) - 0.5,),
                contributions=np.concatenate([[0.0], coefficient[places]]) - usual,
            )
        )
    return terms
