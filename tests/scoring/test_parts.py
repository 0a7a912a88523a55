"""A package is a fitted model and a decision over it, told apart by value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from tests.scoring.samples import NAMES, rows

from scoring.calibration import Calibration
from scoring.package import Package, PackageOutput
from scoring.parts import (
    comes_to_the_same_model,
    fingerprint,
    is_same_decision,
    is_same_model,
    renewed,
)
from scoring.populations import EVERYONE
from scoring.scorer import score

MakePackage = Callable[..., Package]


def dearer(package: Package) -> Package:
    return replace(package, decision=replace(package.decision, threshold=0.9))


def test_money_population_and_what_customers_change_are_the_decision_and_not_the_model(
    make_package: MakePackage,
) -> None:
    package = make_package()
    for other in (
        dearer(package),
        replace(package, population=EVERYONE),
        replace(package, actionable=NAMES[:1]),
    ):
        assert is_same_model(package, other)
        assert not is_same_decision(package, other)
        assert fingerprint(package) != fingerprint(other)


def test_calibration_components_and_records_are_the_model_and_not_the_decision(
    make_package: MakePackage,
) -> None:
    package = make_package()
    for other in (
        replace(package, calibration=Calibration()),
        replace(package, components=package.components[:1]),
        replace(package, trained_on={"rows": 11}),
    ):
        assert not is_same_model(package, other)
        assert is_same_decision(package, other)
        assert fingerprint(package) != fingerprint(other)


def test_other_records_may_teach_the_same_model(make_package: MakePackage) -> None:
    package = make_package()
    a_day_later = replace(package, trained_on={"rows": 11})
    assert comes_to_the_same_model(package, a_day_later)
    assert comes_to_the_same_model(package, dearer(a_day_later))
    for other in (
        replace(package, calibration=Calibration()),
        replace(package, components=package.components[:1]),
    ):
        assert not comes_to_the_same_model(package, other)


def test_version_figures_and_card_are_told_and_are_neither(make_package: MakePackage) -> None:
    package = make_package()
    other = replace(package, version="7", validation={"auc": 0.5}, card={})
    assert is_same_model(package, other)
    assert is_same_decision(package, other)
    assert fingerprint(package) == fingerprint(other)


def test_a_renewed_package_scores_as_its_model_and_decides_as_today(
    make_package: MakePackage, random: np.random.Generator
) -> None:
    old = make_package()
    extra = PackageOutput(
        name="silence", hash="h", family="f", unit="days", reference=1.0, template="", missing=""
    )
    other = dearer(replace(make_package(), components=old.components[:1]))
    wider = renewed(other, replace(other, outputs=(*other.outputs, extra)))
    made = renewed(old, wider)
    assert made.names == (*NAMES, "silence")
    assert made.decision == wider.decision
    assert is_same_model(made, old)
    values = rows(random, 20, len(NAMES))
    beside = np.column_stack([values, np.full(20, 3.0)])
    assert score(made, beside).probability.tobytes() == score(old, values).probability.tobytes()
