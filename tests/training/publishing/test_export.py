"""A package scores as the fitted model does, for every kind of candidate and on rows with holes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.training.conftest import BRISK

from scoring.components import Linear, Trees
from scoring.decisions import decide
from scoring.files import publish, read_package
from scoring.package import Calibration, Package
from scoring.scorer import score
from training.fitting.candidates import Fitted, fit
from training.fitting.dataset import Dataset
from training.fitting.estimators import LogitBlend
from training.publishing.export import (
    TOLERANCE,
    components_of,
    export,
    largest_difference,
    probabilities,
)


def exported(rows: Dataset, fitted: Fitted) -> Package:
    decision = rows.spec.economics.decision(rows.train, rows.paid, days=90, currency="EUR")
    return export(
        fitted, rows.train, rows.catalogue, tenant="demo", currency="EUR", decision=decision
    )


@pytest.mark.parametrize("candidate", ["logistic", "boosted", "blend"])
def test_trained_exported_published_and_read_back_it_equals_scikit_learn(
    rows: Dataset, candidate: str, tmp_path: Path
) -> None:
    fitted = fit(replace(BRISK, candidates=(candidate,)), rows.train)
    package = read_package(publish(exported(rows, fitted), tmp_path))
    holes = rows.test.copy()
    random = np.random.default_rng(1)
    for name in fitted.features:
        holes.loc[random.random(len(holes)) < 0.3, name] = np.nan
    for frame in (rows.train, rows.test, holes):
        assert largest_difference(package, fitted, frame) <= TOLERANCE
        values = frame[list(package.names)].to_numpy(float)
        expected = fitted.estimator.decision_function(frame[list(fitted.features)].to_numpy(float))
        np.testing.assert_allclose(score(package, values).logit, expected, atol=1e-9)


def test_a_blend_becomes_three_tables_of_trees_and_a_line(rows: Dataset, fitted: Fitted) -> None:
    kinds = [type(component) for component in exported(rows, fitted).components]
    assert kinds == [Trees, Trees, Trees, Linear]


def test_a_package_that_scores_otherwise_is_found_out(rows: Dataset, fitted: Fitted) -> None:
    package = exported(rows, fitted)
    bent = replace(package, calibration=Calibration(slope=1 + 1e-6))
    assert largest_difference(bent, fitted, rows.test) > TOLERANCE


def test_a_shop_in_which_nobody_paid_for_an_order_has_no_rule_score(credit_rows: Dataset) -> None:
    fitted = fit(credit_rows.spec, credit_rows.train)
    unpaid = replace(credit_rows, train=credit_rows.train.assign(average_order_value=0.0))
    package = exported(unpaid, fitted)
    answer = decide(package, credit_rows.test[list(package.names)].to_numpy(float)[0])
    assert (answer.rule_score, answer.rule_band) == (None, None)
    assert answer.score is not None
    assert "0.00" not in answer.decision.rule


def test_contributions_are_centred_on_the_training_rows(rows: Dataset, fitted: Fitted) -> None:
    package = exported(rows, fitted)
    scores = score(package, rows.train[list(package.names)].to_numpy(float))
    assert scores.logit.mean() == pytest.approx(scores.base, abs=0.02)


def test_references_are_medians_and_sentences_are_the_features_own(
    rows: Dataset, fitted: Fitted
) -> None:
    package = exported(rows, fitted)
    outputs = {output.name: output for output in package.outputs}
    recency = outputs["days_since_order"]
    assert recency.reference == pytest.approx(rows.train["days_since_order"].median())
    assert recency.template.startswith("[order_gap_days>=1] No order for {value}; usually every")
    assert recency.hash == rows.catalogue["days_since_order"].hash
    assert "in the last 365 days" in outputs["spend_365d"].template


def test_credit_reads_the_features_of_its_rule_score_even_if_they_never_vary(
    credit_rows: Dataset,
) -> None:
    fitted = fit(credit_rows.spec, credit_rows.train)
    package = exported(credit_rows, fitted)
    assert "delivered_orders" not in fitted.features
    assert package.names[-1] == "delivered_orders"
    assert largest_difference(package, fitted, credit_rows.test) <= TOLERANCE
    answer = decide(package, credit_rows.test[list(package.names)].to_numpy(float)[0])
    assert answer.score is not None
    assert answer.rule_score is not None
    assert answer.decision.action in ("approve", "refuse")
    assert package.rule_inputs is not None
    assert package.rule_inputs.typical_order == pytest.approx(
        credit_rows.train["average_order_value"].median()
    )


def test_probabilities_follow_the_columns_by_name(rows: Dataset, fitted: Fitted) -> None:
    package = exported(rows, fitted)
    turned = rows.test[list(reversed(rows.test.columns))]
    np.testing.assert_array_equal(probabilities(package, turned), probabilities(package, rows.test))


def test_what_cannot_be_written_down_is_refused() -> None:
    with pytest.raises(TypeError, match="must be boosted trees or a linear model; got str"):
        components_of(LogitBlend(["forest"], [1.0]), 3)
