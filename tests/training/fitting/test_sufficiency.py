"""How much of the rarer outcome there must be, to the row, and what is said where there is less."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.training.datasets import make_dataset

from training.errors import NotTrainable
from training.fitting.candidates import fit_candidates
from training.fitting.contenders import linear_models
from training.fitting.dataset import Dataset
from training.fitting.sufficiency import check_outcomes
from training.specs import SPECS, ModelSpec
from training.specs.churn import CHURN
from training.specs.credit import CREDIT


def counted(spec: ModelSpec, rarer: int, *, train: int, test: int) -> Dataset:
    """A dataset in which an outcome came about that often in training and in test."""
    dataset = make_dataset(spec)
    rows = {}
    for part, count in (("train", train), ("test", test)):
        frame = getattr(dataset, part)
        labels = [rarer] * count + [1 - rarer] * (len(frame) - count)
        rows[part] = frame.assign(label=labels)
    return replace(dataset, **rows)


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)
@pytest.mark.parametrize("rarer", [0, 1])
@pytest.mark.parametrize(
    ("train", "test", "enough"), [(50, 30, True), (49, 30, False), (50, 29, False), (49, 29, False)]
)
def test_fifty_to_learn_from_and_thirty_to_be_tested_on_are_enough_and_no_fewer(
    spec: ModelSpec, rarer: int, train: int, test: int, enough: bool
) -> None:
    dataset = counted(spec, rarer, train=train, test=test)
    if enough:
        check_outcomes(spec, dataset.train, dataset.test, dataset.schedule)
    else:
        with pytest.raises(NotTrainable, match=rf"; got {train} and {test}\. Import more records"):
            check_outcomes(spec, dataset.train, dataset.test, dataset.schedule)


@pytest.mark.parametrize(
    ("train", "test", "enough"), [(50, 30, True), (49, 30, False), (50, 29, False)]
)
def test_nothing_is_fitted_on_fewer(train: int, test: int, enough: bool) -> None:
    dataset = counted(replace(CHURN, candidates=linear_models()), 0, train=train, test=test)
    if enough:
        assert fit_candidates(dataset).candidates
    else:
        with pytest.raises(NotTrainable, match="nobody can be told apart"):
            fit_candidates(dataset)


def test_the_sentence_counts_customers_in_the_models_own_words() -> None:
    def said(dataset: Dataset) -> str:
        with pytest.raises(NotTrainable) as refused:
            check_outcomes(dataset.spec, dataset.train, dataset.test, dataset.schedule)
        return str(refused.value)

    assert said(counted(CHURN, 0, train=300, test=6)) == (
        "6 of 260 customers ordered again within 90 days of 2025-09-01: nobody can be told apart;"
        " sales, segments and reports go on. churn must have 50 of them to learn from and 30 to be"
        " tested on; got 300 and 6. Import more records, or wait."
    )
    assert said(counted(CREDIT, 1, train=12, test=40)).startswith(
        "12 of 260 customers paid late within 90 days of a date from 2025-03-01 to 2025-05-01:"
    )
    nobody = counted(CREDIT, 1, train=60, test=0)
    assert said(replace(nobody, test=nobody.test.head(0))).startswith(
        "no customer owed an invoice on 2025-09-01: nobody can be told apart;"
    )
    few = counted(CREDIT, 1, train=60, test=40)
    assert said(replace(few, train=few.train.head(199))).startswith(
        "credit must have 200 rows to learn from; got 199: too few customers owed an invoice."
    )


def test_customers_are_not_counted_again_at_every_cutoff() -> None:
    dataset = counted(CHURN, 0, train=0, test=40)
    regulars = dataset.train.assign(
        label=(~dataset.train["customer_id"].isin(dataset.test["customer_id"].head(7))).astype(int)
    )
    assert (regulars["label"] == 0).sum() == 21
    with pytest.raises(NotTrainable, match=r"^7 of 260 customers .* got 21 and 40\."):
        check_outcomes(CHURN, regulars, dataset.test, dataset.schedule)
