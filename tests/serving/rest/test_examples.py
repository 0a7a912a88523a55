"""The answers in the document are such as the product can give: right words, right arithmetic, right shape."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.serving.conftest import Asker

from features.catalogue import CATALOGUE
from scoring.scale import Scale, band
from scoring.wording import write_value
from serving.rest.examples import ANSWERS

EXAMPLES = [pytest.param(example, id=example["model"]) for example in ANSWERS.values()]


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_has_the_shape_of_an_answer(ask: Asker, example: dict[str, Any]) -> None:
    body = ask.post(
        f"/predict/{example['model']}", {"tenant": "acme", "customer_id": "17850"}
    ).json()
    assert list(example) == list(body)
    assert list(example["decision"]) == list(body["decision"])
    assert {name for name, value in example.items() if value is None} == {
        name for name, value in body.items() if value is None
    }
    for reason in example["reasons"]:
        assert list(reason) == ["feature", "value", "reference", "contribution", "text"]


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_adds_up(example: dict[str, Any]) -> None:
    told = example["decision"]
    words = {"churn": ("retain", "none"), "credit": ("refuse", "approve")}[example["model"]]
    assert told["action"] == words[0 if example["probability"] >= told["threshold"] else 1]
    assert re.search(r"([0-9.]+) %\.$", told["rule"])[1] == f"{100 * told['threshold']:.1f}"  # type: ignore[index]
    if example["score"] is not None:
        assert example["score"] == Scale().score(example["probability"])
        assert example["band"] == band(example["score"])
        assert example["rule_band"] == band(example["rule_score"])
    for reason in example["reasons"]:
        assert reason["feature"] in CATALOGUE.names
    assert example["model_version"] == f"{example['tenant']}.{example['model']}/1"


def test_the_threshold_of_credit_is_that_of_the_money_in_its_rule() -> None:
    told = ANSWERS["/predict/credit"]["decision"]
    _, earned, lost = (float(money) for money in re.findall(r"([0-9.]+) EUR", told["rule"]))
    assert told["threshold"] == round(earned / (earned + lost), 3)


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_reason_tells_its_value(example: dict[str, Any]) -> None:
    for reason in example["reasons"]:
        unit = CATALOGUE[reason["feature"]].unit
        assert write_value(reason["value"], unit, "EUR") in reason["text"]


def test_the_reasons_of_credit_are_not_those_of_churn() -> None:
    churn, credit = (
        {reason["feature"] for reason in ANSWERS[f"/predict/{model}"]["reasons"]}
        for model in ("churn", "credit")
    )
    assert churn.isdisjoint(credit)
