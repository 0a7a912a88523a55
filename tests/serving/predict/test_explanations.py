"""An explanation adds up to its answer, to the bit, and says of every feature what is true of the customer."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from functools import reduce
from operator import add
from pathlib import Path

import pytest
from sqlalchemy import Engine
from tests.brought import small_package
from tests.serving.shop import SHOP, make_package

from commerce.records.database import reading
from commerce.records.tenants import Tenant
from scoring.calibration import Calibration, sigmoid
from scoring.linear import Linear
from scoring.package import Package
from scoring.populations import Group, Population
from scoring.published import publish
from scoring.scale import Scale
from serving.predict.asking import AppState, CustomerRequest, ValuesRequest
from serving.predict.explanations import (
    BEST_BAND,
    BY_CUSTOMER_ALONE,
    NO_BANDS,
    NOTHING_TO_CHANGE,
    Explanation,
    explain,
)
from serving.predict.recourse import NO_WAY
from serving.predict.replay import replay

BY_CUSTOMER = CustomerRequest(tenant="acme", customer_id="17850")
BY_VALUES = ValuesRequest(tenant="acme", features={"orders_90d": 3, "spend_90d": 40_000})

CURVED = Calibration(slope=0.7, intercept=-0.3, knots=(-2.0, 0.5, 2.0), heights=(-1.5, 0.1, 2.7))
LAPSED = Group(
    name="lapsed",
    feature="days_since_order",
    above=20.0,
    note="Has left already.",
    returns=True,
    calibration=Calibration(slope=0.9, intercept=0.7),
)

PACKAGES = {
    "straight": make_package(),
    "curved": replace(make_package(), calibration=CURVED),
    "of who left": replace(
        make_package(),
        calibration=CURVED,
        population=Population(name="active", description="whoever ordered", others=(LAPSED,)),
    ),
}


def explained(state: AppState, request: CustomerRequest | ValuesRequest) -> Explanation:
    """The churn model's explanation, under an id of its own."""
    return explain(state, "churn", request, str(uuid.uuid4()))


def added_up(found: Explanation) -> float:
    """The base and the contributions, added in the order of their places."""
    in_place = sorted(found.contributions, key=lambda each: each.place)
    return reduce(add, (each.contribution for each in in_place), found.base)


@pytest.mark.parametrize("request_", [BY_CUSTOMER, BY_VALUES], ids=["by customer", "by values"])
@pytest.mark.parametrize("package", PACKAGES.values(), ids=PACKAGES)
def test_base_and_contributions_come_to_the_risk_to_the_bit(
    shop: Tenant,
    engine: Engine,
    packages: Path,
    make_state: Callable[..., AppState],
    package: Package,
    request_: CustomerRequest | ValuesRequest,
) -> None:
    publish(replace(package, version="2"), packages)
    found = explained(make_state(engine), request_)
    assert added_up(found) == found.logit
    line = found.calibration
    assert sigmoid(line.slope * found.logit + line.intercept) == found.answer.decision.risk
    has_left = found.answer.decision.population == "lapsed"
    assert (line == LAPSED.calibration) == has_left
    assert (found.answer.decision.probability is None) == has_left


def test_every_feature_is_told_the_largest_first(
    make_state: Callable[..., AppState],
) -> None:
    found = explained(make_state(), BY_VALUES)
    assert {each.feature for each in found.contributions} == set(SHOP.names)
    sizes = [abs(each.contribution) for each in found.contributions]
    assert sizes == sorted(sizes, reverse=True)
    spend = next(each for each in found.contributions if each.feature == "spend_90d")
    assert (spend.value, spend.reference, spend.unit, spend.place) == (40_000, 2.0, "minor", 2)
    assert spend.contribution < 0
    assert spend.text == "spend_90d is 400.00 EUR; usual is 0.02 EUR."
    assert spend.tells_of == "spend_90d"


def test_what_is_missing_is_told_as_missing_and_a_category_by_its_name(
    packages: Path, make_state: Callable[..., AppState]
) -> None:
    publish(small_package(), packages)
    row = {"Geography": "Germany", "Active": None}
    asked = ValuesRequest(tenant="shared", features=row)
    found = explain(make_state(), "bank", asked, str(uuid.uuid4()))
    told = {each.feature: each for each in found.contributions}
    assert (told["Geography"].value, told["Geography"].reference) == ("Germany", None)
    assert told["Geography"].text == "Geography is Germany."
    assert (told["Age"].value, told["Age"].text) == (None, "Age is not known.")
    assert added_up(found) == found.logit


def test_an_explanation_is_kept_and_replayed_as_any_answer(
    shop: Tenant, engine: Engine, make_state: Callable[..., AppState]
) -> None:
    state = make_state(engine)
    for request in (BY_CUSTOMER, BY_VALUES):
        answer = explained(state, request).answer
        with reading(engine) as connection:
            again = replay(connection, state.shelf, answer.request_id)
        again.require_same()
        assert again.kept.probability == answer.decision.probability


def test_without_recourse_it_is_said_why(
    shop: Tenant, engine: Engine, packages: Path, make_state: Callable[..., AppState]
) -> None:
    state = make_state(engine)
    plain = explained(state, BY_CUSTOMER)
    assert (plain.recourse, plain.recourse_note) == (None, NOTHING_TO_CHANGE)
    changeable = replace(make_package(version="2"), actionable=("spend_90d",))
    publish(changeable, packages)
    unscored = explained(state, BY_CUSTOMER)
    assert (unscored.recourse, unscored.recourse_note) == (None, NO_BANDS)
    publish(replace(changeable, version="3", scale=Scale()), packages)
    by_values = explained(state, BY_VALUES)
    assert (by_values.recourse, by_values.recourse_note) == (None, BY_CUSTOMER_ALONE)
    (linear,) = changeable.components
    assert isinstance(linear, Linear)
    for version, base, note in (("4", -20.0, BEST_BAND), ("5", 20.0, NO_WAY)):
        component = replace(linear, base=base)
        publish(
            replace(changeable, version=version, scale=Scale(), components=(component,)), packages
        )
        found = explained(state, BY_CUSTOMER)
        assert found.recourse is not None
        assert found.recourse.score == found.answer.decision.score
        assert (found.recourse.ways, found.recourse_note) == ((), note)
