"""The answer: actions, reasons and their sentences."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from tests.scoring.samples import NAMES, rows

from scoring.calibration import Calibration
from scoring.decisions import decide, decide_many
from scoring.errors import InvalidPackage
from scoring.linear import Linear
from scoring.package import DecisionRule, Package
from scoring.rules import RuleInputs
from scoring.scale import Scale, band

MakePackage = Callable[..., Package]


def additive(coefficients: list[float]) -> Linear:
    """A model whose contributions are coefficient x value."""
    nothing = np.zeros(len(coefficients))
    return Linear(
        weight=1.0,
        base=0.0,
        log=np.zeros(len(coefficients), dtype=np.bool_),
        fill=nothing,
        mean=nothing,
        coefficient=np.array(coefficients),
        missing_mean=nothing,
        missing_coefficient=np.ones(len(coefficients)),
    )


@pytest.fixture
def plain(make_package: MakePackage) -> Package:
    return make_package(components=(additive([1.0] * 5),), calibration=Calibration())


def test_one_customer_and_many_are_decided_alike(
    random: np.random.Generator, make_package: MakePackage
) -> None:
    package = make_package(
        scale=Scale(), rule_inputs=RuleInputs(columns={"spend": "spend_365d"}, typical_order=50)
    )
    values = rows(random, 500, len(NAMES))
    assert decide_many(package, values) == [decide(package, row) for row in values]


def test_the_action_changes_at_the_threshold(plain: Package) -> None:
    at = replace(
        plain, decision=DecisionRule(threshold=0.5, at_or_above="retain", below="none", rule="r")
    )
    assert decide(at, np.zeros(5)).decision.action == "retain"
    assert decide(at, np.array([-1e-9, 0, 0, 0, 0])).decision.action == "none"


def test_a_model_without_scale_or_rules_answers_null(plain: Package) -> None:
    answer = decide(plain, np.zeros(5))
    assert (answer.score, answer.band, answer.rule_score, answer.rule_band) == (None,) * 4


def test_both_credit_scores_stand_side_by_side(plain: Package) -> None:
    package = replace(
        plain,
        scale=Scale(),
        rule_inputs=RuleInputs(columns={"spend": "spend_365d"}, typical_order=50.0),
    )
    answer = decide(package, np.array([0, 0, 250.0, 0, -253.0]))
    assert answer.probability is not None
    assert answer.score == Scale().score(answer.probability)
    assert answer.band == band(answer.score)
    assert (answer.rule_score, answer.rule_band) == (710, "B")


def test_only_families_that_raise_the_risk_are_given_strongest_first(plain: Package) -> None:
    answer = decide(plain, np.array([2.0, -1.0, 3.0, 0.01, -2.5]))
    assert [reason.feature for reason in answer.reasons] == ["days_since_order", "spend_365d"]
    assert [reason.contribution for reason in answer.reasons] == [2.0, 0.5]


def test_a_family_whose_parts_cancel_is_not_given(plain: Package) -> None:
    assert decide(plain, np.array([0, 0, 3.0, 0, -3.0])).reasons == ()


def test_at_most_four_reasons_are_given(plain: Package) -> None:
    outputs = tuple(replace(output, family=output.name) for output in plain.outputs)
    answer = decide(replace(plain, outputs=outputs), np.array([1.0, 5, 2, 4, 3]))
    assert [reason.contribution for reason in answer.reasons] == [5, 4, 3, 2]


def test_a_sentence_holds_the_value_the_usual_value_and_units(plain: Package) -> None:
    first = replace(plain.outputs[2], template="Spent {value}; usually {reference}.", reference=9e4)
    package = replace(plain, outputs=(*plain.outputs[:2], first, *plain.outputs[3:]))
    (reason,) = decide(package, np.array([0, 0, 123456.0, 0, 0])).reasons
    assert reason.text == "Spent 1,234.56 EUR; usually 900.00 EUR."
    assert (reason.value, reason.reference) == (123456.0, 9e4)


def test_a_sentence_may_name_another_of_the_customers_values(plain: Package) -> None:
    first = replace(
        plain.outputs[0],
        template="No order for {value}; usually every {order_gap_mean}."
        " | No order for {value}; others {reference}.",
    )
    package = replace(plain, outputs=(first, *plain.outputs[1:]))
    texts = [
        decide(package, np.array([74.0, gap, 0, 0, 0])).reasons[0].text for gap in (12.2, np.nan)
    ]
    assert texts == [
        "No order for 74 days; usually every 12 days.",
        "No order for 74 days; others 2 days.",
    ]


def test_a_missing_value_has_its_own_sentence(plain: Package) -> None:
    (reason,) = decide(plain, np.array([np.nan, 0, 0, 0, 0])).reasons
    assert (reason.value, reason.text) == (None, "No days_since_order.")


def test_the_sentence_for_a_missing_value_has_alternatives_too(plain: Package) -> None:
    second = replace(plain.outputs[1], missing="One order, {days_since_order} ago. | One order.")
    package = replace(plain, outputs=(plain.outputs[0], second, *plain.outputs[2:]))
    for recency, text in ((-9.0, "One order, -9 days ago."), (np.nan, "One order.")):
        answer = decide(package, np.array([recency, np.nan, 0, 0, 0]))
        assert text in [reason.text for reason in answer.reasons]


@pytest.mark.parametrize(
    ("orders", "text"), [(1.0, "One order."), (2.0, "Many orders."), (np.nan, "Orders.")]
)
def test_an_alternative_with_a_test_is_used_only_where_it_holds(
    plain: Package, orders: float, text: str
) -> None:
    words = "[orders_365d=1] One order. | [orders_365d>1] [value>0] Many orders. | Orders."
    first = replace(plain.outputs[0], template=words, missing="[other>=0] Never. | Missing.")
    package = replace(plain, outputs=(first, *plain.outputs[1:]))
    texts = [one.text for one in decide(package, np.array([9.0, 0, 0, 0, orders])).reasons]
    assert text in texts


def test_a_feature_that_no_alternative_fits_gives_way_to_the_next_of_its_concept(
    plain: Package,
) -> None:
    spent = replace(plain.outputs[2], template="[value>9] Much.", missing="")
    package = replace(plain, outputs=(*plain.outputs[:2], spent, *plain.outputs[3:]))
    for value in (9.0, np.nan):
        assert decide(package, np.array([0, 0, value, 0, 0])).reasons == ()
        (reason,) = decide(package, np.array([0, 0, value, 0, 0.5])).reasons
        assert reason.feature == "orders_365d"
        assert reason.contribution > 0.5


def with_sentence(package: Package, template: str, **changes: object) -> Package:
    """Give the first feature of a package another sentence."""
    first = replace(package.outputs[0], template=template, **changes)  # type: ignore[arg-type]
    return replace(package, outputs=(first, *package.outputs[1:]))


@pytest.mark.parametrize(
    ("sign", "value", "held"), [(1, 9.0, True), (-1, 9.0, False), (0, 9.0, True), (0, 2.01, False)]
)
def test_a_value_is_held_against_the_usual_one_only_where_that_speaks_for_the_risk(
    plain: Package, sign: int, value: float, *, held: bool
) -> None:
    package = with_sentence(
        plain, "Last {value}{compared:ago/among all}. | Last.", expected_sign=sign
    )
    (reason,) = decide(package, np.array([value, 0, 0, 0, 0])).reasons
    assert reason.text == ("Last 9 days; usually 2 days ago among all." if held else "Last.")


def test_without_a_usual_value_a_sentence_stands_alone(plain: Package) -> None:
    package = with_sentence(plain, "Last {value}{compared:ago/among all}.", reference=None)
    assert decide(package, np.array([9.0, 0, 0, 0, 0])).reasons[0].text == "Last 9 days."


def test_a_feature_may_be_told_as_another_one_whose_concept_it_then_counts_to(
    plain: Package,
) -> None:
    first = replace(plain.outputs[0], template="Idle for {value}.")
    third = replace(plain.outputs[2], template="[value<3] -> days_since_order | Spent {value}.")
    package = replace(plain, outputs=(first, *plain.outputs[1:2], third, *plain.outputs[3:]))
    (reason,) = decide(package, np.array([1.0, 0, 2.0, 0, 0])).reasons
    assert (reason.feature, reason.contribution, reason.text) == (
        "days_since_order",
        3.0,
        "Idle for 1 day.",
    )
    texts = [each.text for each in decide(package, np.array([1.0, 0, 400.0, 0, 0])).reasons]
    assert texts == ["Spent 4.00 EUR.", "Idle for 1 day."]
    assert decide(package, np.array([-5.0, 0, 2.0, 0, 0])).reasons == ()


def test_the_same_sentence_is_not_given_twice(plain: Package) -> None:
    outputs = tuple(replace(output, missing="Nothing yet.") for output in plain.outputs)
    package = replace(plain, outputs=outputs)
    (reason,) = decide(package, np.array([np.nan, np.nan, 0, 0, 0])).reasons
    assert (reason.text, reason.contribution) == ("Nothing yet.", 2.0)


@pytest.mark.parametrize("threshold", [0.4, 0.6])
def test_where_nothing_raises_the_risk_it_is_said_how_high_it_usually_is(
    plain: Package, threshold: float
) -> None:
    rule = DecisionRule(threshold=threshold, at_or_above="retain", below="none", rule="r")
    package = replace(plain, usual="The risk is usually {risk}.", decision=rule)
    answer = decide(package, np.array([-0.1, 0, 0, 0, 0]))
    (reason,) = answer.reasons
    assert (reason.feature, reason.contribution) == (None, 0.0)
    assert reason.text == "The risk is usually 50 %."
    assert (reason.value, reason.reference) == (answer.probability, 0.5)


def test_where_only_untold_things_raise_the_risk_it_is_said_that_several_do(plain: Package) -> None:
    package = with_sentence(
        replace(
            plain, usual="Usually {risk}; nothing raises it. | Usually {risk}; small things do."
        ),
        "[value>9] Long.",
    )
    texts = [decide(package, np.array([at, 0, 0, 0, 0])).reasons[0].text for at in (2.0, 0.0)]
    assert texts == ["Usually 50 %; small things do.", "Usually 50 %; nothing raises it."]


def test_an_answer_is_plain_json(make_package: MakePackage, random: np.random.Generator) -> None:
    for decision in decide_many(make_package(), rows(random, 30, len(NAMES))):
        answer = decision.as_dict()
        assert json.loads(json.dumps(answer, allow_nan=False)) == answer


def test_a_rule_score_on_features_the_package_lacks_is_refused(plain: Package) -> None:
    with pytest.raises(InvalidPackage, match="must list the features of its rule score"):
        replace(plain, rule_inputs=RuleInputs(columns={"spend": "other"}, typical_order=1.0))
