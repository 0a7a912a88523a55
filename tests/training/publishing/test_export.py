"""A package scores as the fitted model does, for every kind of candidate and on rows with holes."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from tests.training.datasets import BRISK

from scoring.binned import Binned
from scoring.calibration import Calibration
from scoring.decisions import decide, decide_many
from scoring.files import read_package
from scoring.linear import Linear
from scoring.published import publish
from scoring.scorer import score
from scoring.trees import Trees
from training.errors import NotExportable
from training.fitting.candidates import Fitted, fit_candidates
from training.fitting.dataset import Dataset
from training.fitting.estimators import (
    BoostedTrees,
    ExplainableBoosting,
    LogitBlend,
    Scorecard,
    linear_model,
)
from training.judging.examination import largest_difference, probabilities
from training.judging.standards import TOLERANCE
from training.publishing.export import components_of, export_package

OWN = {
    "line": linear_model(0.01),
    "boosted": BoostedTrees(),
    "monotone": BoostedTrees(seeds=1, signs=(1, 0, -1, 0, 0, 0, 1, 0)),
    "small trees": HistGradientBoostingClassifier(max_leaf_nodes=9, max_iter=30),
    "scorecard": Scorecard(),
    "explainable": ExplainableBoosting(bags=1),
}


@pytest.mark.parametrize("candidate", [*OWN, "blend"])
def test_trained_exported_published_and_read_back_it_equals_scikit_learn(
    dataset: Dataset, fitted: Fitted, candidate: str, tmp_path: Path
) -> None:
    if candidate in OWN:
        spec = replace(BRISK, candidates={candidate: OWN[candidate]})
        fitted = fit_candidates(replace(dataset, spec=spec))
    package = read_package(publish(export_package(dataset, fitted), tmp_path))
    holes = dataset.test.copy()
    random = np.random.default_rng(1)
    for name in fitted.features:
        holes.loc[random.random(len(holes)) < 0.3, name] = np.nan
    for frame in (dataset.train, dataset.test, holes):
        assert largest_difference(package, fitted, frame) <= TOLERANCE
        values = frame[list(package.names)].to_numpy(float)
        expected = fitted.estimator.decision_function(frame[list(fitted.features)].to_numpy(float))
        np.testing.assert_allclose(score(package, values).logit, expected, atol=1e-9)
        risks = fitted.estimator.predict_proba(frame[list(fitted.features)].to_numpy(float))[:, 1]
        for answer, risk in zip(decide_many(package, values), risks, strict=True):
            assert answer.probability is None or abs(answer.probability - risk) <= 1e-9


def test_a_blend_becomes_tables_of_trees_a_line_and_shape_functions(
    dataset: Dataset, fitted: Fitted
) -> None:
    kinds = [type(component) for component in export_package(dataset, fitted).components]
    assert kinds == [Trees, Trees, Trees, Linear, Binned, Binned]


def test_a_forest_that_ranks_first_gives_way_and_the_table_says_so(dataset: Dataset) -> None:
    spec = replace(
        BRISK,
        candidates={
            "line": linear_model(1e-9),
            "forest": RandomForestClassifier(n_estimators=30, min_samples_leaf=5, random_state=0),
        },
    )
    fitted = fit_candidates(replace(dataset, spec=spec))
    forest, line = fitted.candidates
    assert (forest.name, forest.chosen, line.chosen) == ("forest", False, True)
    assert re.fullmatch(
        r"ranked first, but cannot be exported: its trees have up to \d+ leaves where tables hold 9, and it"
        " averages probabilities, which is no sum of log-odds",
        forest.note,
    )
    kinds = [type(component) for component in export_package(dataset, fitted).components]
    assert kinds == [Linear]


def test_a_package_that_scores_otherwise_is_found_out(dataset: Dataset, fitted: Fitted) -> None:
    package = export_package(dataset, fitted)
    bent = replace(package, calibration=Calibration(slope=1 + 1e-6))
    assert largest_difference(bent, fitted, dataset.test) > TOLERANCE


def test_a_shop_in_which_nobody_paid_for_an_order_has_no_rule_score(
    credit_dataset: Dataset,
) -> None:
    fitted = fit_candidates(credit_dataset)
    unpaid = replace(credit_dataset, train=credit_dataset.train.assign(average_order_value=0.0))
    package = export_package(unpaid, fitted)
    answer = decide(package, credit_dataset.test[list(package.names)].to_numpy(float)[0])
    assert (answer.rule_score, answer.rule_band) == (None, None)
    assert answer.score is not None
    assert "0.00" not in answer.decision.rule


def test_contributions_are_centred_on_the_training_rows(dataset: Dataset, fitted: Fitted) -> None:
    package = export_package(dataset, fitted)
    scores = score(package, dataset.train[list(package.names)].to_numpy(float))
    assert scores.logit.mean() == pytest.approx(scores.base, abs=0.02)


def test_references_are_todays_medians_and_sentences_are_the_features_own(
    dataset: Dataset, fitted: Fitted
) -> None:
    package = export_package(dataset, fitted)
    outputs = {output.name: output for output in package.outputs}
    recency = outputs["days_since_order"]
    assert recency.reference == pytest.approx(dataset.current["days_since_order"].median())
    assert recency.expected_sign == 1
    assert (
        "No order for {value}; on average {order_gap_days} between this customer's"
        in recency.template
    )
    assert recency.hash == dataset.catalogue["days_since_order"].hash
    assert "in the last 365 days" in outputs["spend_365d"].template


def test_a_package_has_the_features_that_its_sentences_name(dataset: Dataset) -> None:
    spec = replace(BRISK, features=("spend_365d",), candidates={"line": linear_model(0.01)})
    package = export_package(dataset, fit_candidates(replace(dataset, spec=spec)))
    assert package.names[0] == "spend_365d"
    assert set(package.names[1:]) == {"orders_365d", "days_since_order", "order_gap_days"}
    answers = decide_many(package, dataset.test[list(package.names)].to_numpy(float))
    assert all(answer.reasons for answer in answers)
    told = {reason.feature: reason.text for answer in answers for reason in answer.reasons}
    assert set(told) == {"days_since_order", "spend_365d", None}
    assert "places no order within 90 days is usually" in told[None]


def test_credit_reads_the_features_of_its_rule_score_even_if_they_never_vary(
    credit_dataset: Dataset,
) -> None:
    fitted = fit_candidates(credit_dataset)
    package = export_package(credit_dataset, fitted)
    assert "delivered_orders" not in fitted.features
    assert "delivered_orders" in package.names
    assert largest_difference(package, fitted, credit_dataset.test) <= TOLERANCE
    answer = decide(package, credit_dataset.test[list(package.names)].to_numpy(float)[0])
    assert answer.score is not None
    assert answer.rule_score is not None
    assert answer.decision.action in ("approve", "refuse")
    assert package.rule_inputs is not None
    assert package.rule_inputs.typical_order == pytest.approx(
        credit_dataset.train["average_order_value"].median()
    )


def test_probabilities_follow_the_columns_by_name(dataset: Dataset, fitted: Fitted) -> None:
    package = export_package(dataset, fitted)
    turned = dataset.test[list(reversed(dataset.test.columns))]
    np.testing.assert_array_equal(
        probabilities(package, turned), probabilities(package, dataset.test)
    )


def test_what_cannot_be_written_down_is_refused() -> None:
    with pytest.raises(
        NotExportable, match="must be boosted trees, shape functions or a linear model; got str"
    ):
        components_of(LogitBlend(["forest"], [1.0]), 3)


@pytest.mark.parametrize(
    ("own", "error", "sentence"),
    [
        (
            RandomForestClassifier(n_estimators=5, random_state=0),
            NotExportable,
            "chosen candidate 'mine' must be one that tables hold to become a decision package; got"
            " RandomForestClassifier: its trees have up to .* leaves where tables hold 9, and it averages",
        ),
        (
            HistGradientBoostingClassifier(max_leaf_nodes=31, max_iter=5),
            NotExportable,
            "got HistGradientBoostingClassifier: its trees have up to 31 leaves where tables hold 9",
        ),
    ],
)
def test_a_model_that_no_package_can_be_made_of_is_refused_when_it_is_exported_and_not_before(
    dataset: Dataset, own: object, error: type[Exception], sentence: str
) -> None:
    fitted = fit_candidates(replace(dataset, spec=replace(BRISK, candidates={"mine": own})))
    assert fitted.chosen.name == "mine"
    with pytest.raises(error, match=sentence):
        export_package(dataset, fitted)
