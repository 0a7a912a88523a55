"""What changed between two catalogues, in sentences that say whether values may differ."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from features.comparing.changes import Change, Version, compare, declarations, outdated
from features.declaring import operators
from features.declaring.compilation import Catalogue
from features.declaring.declaration import DAYS, Feature, catalogue, count, ratio, source, total

PAID = source("order.paid")


def orders(**words: object) -> Feature:
    given = {"name": "orders", "windows": DAYS(90), "description": "Orders.", "owner": "growth"}
    return count(PAID, **(given | words))  # type: ignore[arg-type]


def spend(**words: object) -> Feature:
    given = {"name": "spend", "windows": DAYS(90), "description": "Spend.", "null": 0}
    return total(PAID.of("base_minor"), **(given | words))  # type: ignore[arg-type]


VALUE = ratio("value", "spend_90d", "orders_90d", description="Spend per order.")
OLD = catalogue(orders(), spend(), VALUE)


def changes(old: Catalogue, new: Catalogue, *, whole: bool = True) -> dict[str, Change]:
    before = Version(name="old", outputs=declarations(old), whole=whole)
    found = compare(before, Version(name="new", outputs=declarations(new)))
    return {change.name: change for change in found}


def test_the_same_declarations_are_no_change_after_a_way_through_json() -> None:
    again = json.loads(json.dumps(declarations(OLD)))
    old, new = Version(name="a", outputs=declarations(OLD)), Version(name="b", outputs=again)
    assert compare(old, new) == ()
    assert outdated(old.hashes, new) == ()


@pytest.mark.parametrize(
    ("entry", "field", "before", "after"),
    [
        (spend(null=None), "null", 0.0, None),
        (spend(version=2), "version", 1, 2),
        (
            total(
                source("order.placed", column="base_minor"),
                name="spend",
                windows=DAYS(90),
                null=0,
                description="Spend.",
            ),
            "states",
            ["sum of order.paid -> base_minor within 90 days"],
            ["sum of order.placed -> base_minor within 90 days"],
        ),
    ],
)
def test_a_field_declared_otherwise_is_named_and_what_is_derived_changes_through_it(
    entry: Feature, field: str, before: object, after: object
) -> None:
    found = changes(OLD, catalogue(orders(), entry, VALUE))
    assert set(found) == {"spend_90d", "value"}
    assert found["spend_90d"].kind == "changed"
    assert found["spend_90d"].fields == {field: (before, after)}
    assert (found["value"].fields, found["value"].through) == ({}, ("spend_90d",))


def test_an_operator_that_computes_otherwise_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    old = declarations(OLD)
    newer = replace(operators.OPERATORS["count"], version=operators.OPERATORS["count"].version + 1)
    monkeypatch.setitem(operators.OPERATORS, "count", newer)
    new = declarations(catalogue(orders(), spend(), VALUE))
    first = compare(Version(name="a", outputs=old), Version(name="b", outputs=new))[0]
    assert first.name == "orders_90d"
    assert list(first.fields) == ["operator_version"]


def test_what_is_only_said_of_a_feature_touches_no_model() -> None:
    new = catalogue(orders(description="Orders paid for.", owner="sales"), spend(), VALUE)
    found = changes(OLD, new)
    assert found["orders_90d"].kind == "reworded"
    assert set(found["orders_90d"].fields) == {"description", "owner"}
    hashes = Version(name="model", outputs=declarations(OLD)).hashes
    assert outdated(hashes, Version(name="code", outputs=declarations(new))) == ()


def test_features_come_and_go_and_a_model_counts_only_what_it_reads() -> None:
    new = catalogue(orders(windows=DAYS(90, 365)))
    found = changes(OLD, new)
    assert {name: change.kind for name, change in found.items()} == {
        "orders_365d": "added",
        "spend_90d": "removed",
        "value": "removed",
    }
    assert changes(OLD, new, whole=False)["orders_365d"].kind == "unread"


@pytest.mark.parametrize("whole", [True, False])
def test_the_same_values_under_another_name_are_a_renamed_feature(whole: bool) -> None:
    again = total(
        PAID.of("base_minor"), name="paid", windows=DAYS(90), null=0, description="Spend."
    )
    value = ratio("value", "paid_90d", "orders_90d", description="Spend per order.")
    found = changes(OLD, catalogue(orders(), again, value), whole=whole)
    assert {name: change.kind for name, change in found.items()} == {"paid_90d": "renamed"}
    assert found["paid_90d"].text == "name was 'spend_90d', is 'paid_90d'"
    assert found["paid_90d"].as_dict()["fields"] == {
        "name": {"before": "spend_90d", "after": "paid_90d"}
    }


def test_one_of_two_features_of_the_same_values_can_be_renamed() -> None:
    twice = catalogue(orders(), orders(name="again"))
    found = changes(twice, catalogue(orders(), orders(name="more"), orders(name="most")))
    assert {name: change.kind for name, change in found.items()} == {
        "more_90d": "renamed",
        "most_90d": "added",
    }


def test_a_feature_that_is_hidden_can_no_longer_be_read() -> None:
    new = catalogue(orders(), spend(hidden=True), VALUE)
    assert changes(OLD, new)["spend_90d"].kind == "removed"
    assert changes(new, OLD)["spend_90d"].kind == "added"
    hashes = Version(name="model", outputs=declarations(OLD)).hashes
    assert outdated(hashes, Version(name="code", outputs=declarations(new))) == ("spend_90d",)


def test_where_only_hashes_were_kept_it_says_so() -> None:
    kept = {name: {"hash": "old"} for name in OLD.names}
    found = compare(Version(name="a", outputs=kept), Version(name="b", outputs=declarations(OLD)))
    assert [change.kind for change in found] == ["changed"] * 3
    assert "only hashes were kept" in found[0].text
