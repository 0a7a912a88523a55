"""Every kind of model comes to a package that says the same of categories, and of what is missing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.training.tables.conftest import Learned

from scoring.binned import Binned
from scoring.decisions import decide
from scoring.scorer import score
from training.errors import NotExportable
from training.fitting.estimators import (
    BoostedTrees,
    ExplainableBoosting,
    Scorecard,
    as_blend,
    linear_model,
)
from training.publishing.export import components_of
from training.tables.exporting import export_table, readable
from training.tables.fitting import Effort, fit_table


def test_a_linear_model_gives_each_category_its_own_part(learned: Learned) -> None:
    dataset = learned.dataset
    values = dataset.values.copy()
    values[::7, 1] = np.nan
    model = linear_model(1.0, dataset.codes).fit(values, dataset.labels)
    line, categories = components_of(as_blend([(model, 1.0)]), values.shape[1])
    assert isinstance(categories, Binned)
    assert {term.columns for term in categories.terms} == {(1,), (2,)}
    told = line.explain(values)[1] + categories.explain(values)[1]
    logits = line.base + told.sum(axis=1)
    assert logits == pytest.approx(model.decision_function(values), abs=1e-9)


def test_kinds_of_models_on_codes_score_in_the_package_as_they_were_fitted(
    learned: Learned,
) -> None:
    dataset = learned.dataset
    values = dataset.values.copy()
    values[::5, 1] = np.nan
    members = [
        BoostedTrees(seeds=1).fit(values, dataset.labels),
        Scorecard(codes=dataset.codes).fit(values, dataset.labels),
        ExplainableBoosting(bags=1, interactions=1).fit(values, dataset.labels),
        linear_model(0.1, dataset.codes).fit(values, dataset.labels),
    ]
    blend = as_blend([(member, 0.25) for member in members])
    made = components_of(blend, values.shape[1])
    package = replace(learned.validation.made.package, components=made)
    assert score(package, values).logit == pytest.approx(blend.decision_function(values), abs=1e-9)


def test_what_tables_cannot_hold_is_not_exported(learned: Learned) -> None:
    from sklearn.naive_bayes import BernoulliNB

    chosen = fit_table(learned.dataset, Effort(candidates={"bayes": BernoulliNB()}))
    with pytest.raises(
        NotExportable, match="chosen candidate 'bayes' must be one that tables hold"
    ):
        export_table(learned.dataset, chosen)


def test_an_answer_without_a_reason_says_what_is_usual(learned: Learned) -> None:
    package = learned.validation.made.package
    safest = learned.dataset.values[np.argmin(score(package, learned.dataset.values).logit)]
    texts = [reason.text for reason in decide(package, safest).reasons]
    assert texts
    assert all(text.endswith((".", "much.")) for text in texts)


def test_signs_of_a_template_in_a_columns_name_do_no_harm() -> None:
    assert readable("{odd} [a>b] | name") == "Odd a>b name"
