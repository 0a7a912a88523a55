"""What a catalogue refuses, and what it promises once compiled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from features.catalogue import CATALOGUE
from features.declaring import operators
from features.declaring.declaration import (
    DAYS,
    EVER,
    Feature,
    catalogue,
    count,
    difference,
    distinct,
    maximum,
    per_aggregate,
    ratio,
    recency,
    share,
    source,
    threshold,
    total,
)
from features.declaring.origins import AGGREGATE_COLUMNS
from features.errors import DeclarationError, UnknownFeature
from features.evaluating.python_evaluator import evaluate_rows

PAID = source("order.paid", column="base_minor")


def orders(**words: Any) -> Feature:
    return count(PAID, **{"name": "orders", "description": "Orders.", **words})


REFUSED: dict[str, Callable[[], object]] = {
    r"name must be used once; got 'orders' twice": lambda: catalogue(orders(), orders()),
    r"name must be used once; got 'orders_30d'": lambda: catalogue(orders(windows=DAYS(30, 30))),
    r"lower-case identifier .* got 'Orders'": lambda: catalogue(orders(name="Orders")),
    r"lower-case identifier .* got 'my orders'": lambda: catalogue(orders(name="my orders")),
    r"input of x must be a declared feature; got 'order'. Did you mean orders": lambda: catalogue(
        orders(), ratio("x", "order", "orders", description="X.")
    ),
    r"feature x must not be derived from itself; got x <- y <- x": lambda: catalogue(
        ratio("x", "y", "y", description="X."), difference("y", "x", "x", description="Y.")
    ),
    r"must have a description": lambda: catalogue(orders(description=" ")),
    r"version of orders must be 1 or more; got 0": lambda: catalogue(orders(version=0)),
    r"windows of orders must be 1 to 36500 days": lambda: catalogue(orders(windows=DAYS(0))),
    r"windows of orders must be .* got \(\)": lambda: catalogue(orders(windows=())),
    r"range of orders must not be empty; got 2 to 1": lambda: catalogue(
        orders(minimum=2, maximum=1, null=None)
    ),
    r"value of orders in an empty window must lie in its range": lambda: catalogue(
        orders(minimum=1)
    ),
    r"source of spend must point at a column; got none": lambda: catalogue(
        total(source("order.paid"), name="spend", description="Spend.")
    ),
    r"source of spend must point at a column of integers; got 'method'": lambda: catalogue(
        total(PAID.of("method"), name="spend", description="Spend.")
    ),
    r"source of age must point at no column": lambda: catalogue(
        recency(PAID, name="age", description="Age.")
    ),
    r"event type must read like 'order\.paid'; got 'paid'": lambda: source("paid"),
    r"must name at least one event type": source,
    r"one that features may read; got 'attributes'": lambda: source("a.b", column="attributes"),
    r"condition on method must give str values to equal; got 3": lambda: source("a.b", method=3),
    r"condition on method must give str values to equal; got \[\]": lambda: source(
        "a.b", method=[]
    ),
    r"condition on age_day": lambda: source("a.b", age_day=3),
    r"opening and closing types that differ": lambda: per_aggregate(open="a.b", close="a.b"),
    r"settled_by must be 'amount' or 'event'; got 'time'": lambda: per_aggregate(
        open="a.b", close="a.c", settled_by="time"
    ),
    r"must be one that features may read; got 'balence'. Did you mean balance": lambda: (
        per_aggregate(open="a.b", close="a.c").of("balence")
    ),
}


@pytest.mark.parametrize("sentence", sorted(REFUSED))
def test_a_declaration_that_cannot_be_evaluated_is_refused(sentence: str) -> None:
    with pytest.raises(DeclarationError, match=sentence):
        REFUSED[sentence]()


def test_inputs_come_before_what_is_derived_from_them_in_any_order_of_declaration() -> None:
    shop = catalogue(
        ratio("b", "a", "orders", description="B."),
        ratio("a", "orders", "orders_30d", description="A."),
        orders(windows=(*DAYS(30), *EVER)),
    )
    assert shop.names == ("b", "a", "orders_30d", "orders")
    assert [output.name for output in shop.evaluated] == ["orders", "orders_30d", "a", "b"]


def test_a_subset_keeps_hidden_inputs_and_hashes() -> None:
    chosen = CATALOGUE.subset(["average_order_value"])
    assert chosen.names == ("average_order_value",)
    assert {output.name for output in chosen.evaluated} > {"spend", "paid_orders"}
    assert chosen["average_order_value"].hash == CATALOGUE["average_order_value"].hash
    assert len(chosen.partials) == 2


def test_an_unknown_name_is_met_with_a_hint() -> None:
    with pytest.raises(UnknownFeature, match=r"got 'spend_91d'. Did you mean spend_90d"):
        CATALOGUE["spend_91d"]


def changed(before: Feature, after: Feature) -> bool:
    return catalogue(before).outputs[0].hash != catalogue(after).outputs[0].hash


def test_the_hash_covers_what_decides_the_value_and_nothing_else() -> None:
    assert changed(orders(), orders(version=2))
    assert changed(orders(), orders(windows=DAYS(30)))
    assert changed(orders(), count(source("order.placed"), name="orders", description="Orders."))
    assert changed(orders(), count(PAID.only(method="card"), name="orders", description="Orders."))
    assert not changed(orders(), orders(description="Other words.", owner="risk", maximum=9))
    assert not changed(
        orders(), count(PAID.only(), name="renamed", description="Renamed.", unit="orders")
    )


def test_the_hash_of_a_derived_feature_covers_its_inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    def part(version: int) -> str:
        entry = share("s", "orders", "orders", description="S.")
        return catalogue(orders(version=version), entry)["s"].hash

    before = part(1)
    assert before != part(2)
    newer = {**operators.OPERATORS, "count": operators.Operator(partials=("count",), version=2)}
    monkeypatch.setattr("features.declaring.compilation.OPERATORS", newer)
    assert part(1) != before


def test_partial_aggregates_are_shared_between_outputs() -> None:
    shop = catalogue(
        orders(),
        total(PAID, name="spend", description="Spend."),
        count(PAID, name="again", description="Again."),
        distinct(PAID, name="amounts", description="Amounts."),
        maximum(PAID, name="largest", description="Largest."),
    )
    assert len(shop.partials) == 4


def test_the_catalogue_says_of_every_feature_what_it_means_and_who_answers_for_it() -> None:
    """Whatever an entry leaves out is asked for by the word that is missing."""
    for output in CATALOGUE.outputs:
        entry = f"the entry of {output.name} in src/features/catalogue must"
        assert output.description.endswith("."), f"{entry} have a description that ends in a dot"
        assert output.family, f"{entry} stand in a family(...)"
        assert output.owner, f"{entry} have an owner, given to its family(...)"
        assert output.unit, f"{entry} have a unit: unit='minor', 'units', 'days', 'share' ..."
        assert output.minimum is not None, f"{entry} say the least it can be: minimum=0, or below"


def test_the_catalogue_looks_at_every_activity_of_a_shop_and_in_many_ways() -> None:
    families = Counter(output.family for output in CATALOGUE.outputs)
    activities = {"orders", "habits", "payments", "pay later", "deliveries", "returns", "tenure"}
    activities |= {"auctions", "wallet", "reviews", "points", "disputes", "rfm", "seasons"}
    assert min(families[name] for name in activities | {"profile"}) >= 5
    kinds = Counter(output.kind for output in CATALOGUE.outputs)
    assert len(CATALOGUE) - kinds["count"] - kinds["total"] >= 60


@pytest.mark.parametrize(
    ("entry", "value"),
    [
        (difference("derived", "orders", "more", description="Less."), 0),
        (threshold("derived", "orders", [0, 1], description="Band."), 1),
        (ratio("derived", "orders", "more", description="Ratio."), None),
        (ratio("derived", "orders", "more", null=2, description="Ratio."), 2),
        (ratio("derived", "three", "four", description="Ratio."), 0.75),
        (share("derived", "three", "four", description="Share."), 3 / 7),
        (share("derived", "orders", "more", description="Share."), None),
        (difference("derived", "orders", "spend", description="Less."), None),
    ],
)
def test_what_is_derived_has_the_empty_value_that_its_inputs_give(
    entry: Feature, value: float | None
) -> None:
    """As the evaluators compute it, so that nobody has to declare it, and nobody can declare another one."""
    shop = catalogue(
        count(PAID, name="orders", description="Orders."),
        count(PAID, name="more", description="More."),
        maximum(PAID.of("base_minor"), name="three", null=3, description="Three."),
        maximum(PAID.of("base_minor"), name="four", null=4, description="Four."),
        total(PAID.of("base_minor"), name="spend", description="Spend."),
        entry,
    )
    found = dict(zip(shop.names, evaluate_rows([], 0, shop), strict=True))["derived"]
    assert shop["derived"].null == value
    assert (None if np.isnan(found) else found) == value


def test_the_inputs_of_the_rule_score_are_features() -> None:
    for name in (
        "spend",
        "delivered_orders",
        "average_order_value",
        "return_rate",
        "failed_payment_rate",
        "cash_on_delivery_rate",
    ):
        assert name in CATALOGUE


def test_every_column_of_an_aggregate_is_documented() -> None:
    text = per_aggregate.__doc__ or ""
    assert [name for name in AGGREGATE_COLUMNS if name not in text] == []


def test_limits_must_rise_and_belong_to_a_threshold() -> None:
    with pytest.raises(DeclarationError, match=r"limits of band must be .* got \[3.0, 2.0\]"):
        catalogue(orders(), threshold("band", "orders", [3, 2], description="Band."))
    with pytest.raises(DeclarationError, match=r"limits of band must be .* got \[\] for threshold"):
        catalogue(orders(), threshold("band", "orders", [], description="Band."))
    with pytest.raises(DeclarationError, match="belong to a threshold"):
        catalogue(replace(orders(), limits=(1.0,)))


def test_other_limits_make_another_hash() -> None:
    def band(*limits: float) -> str:
        entry = threshold("band", "orders", limits, description="Band.")
        return catalogue(orders(), entry)["band"].hash

    assert band(1, 2) != band(1, 3)


def test_what_a_shop_has_no_records_for_is_named_with_what_is_derived_from_it() -> None:
    invoices = per_aggregate(open="invoice.issued", close="invoice.paid")
    shop = catalogue(
        orders(),
        count(source("order.returned", "return.approved"), name="returns", description="Returns."),
        count(invoices, name="invoices", description="Invoices."),
        ratio("invoice_rate", "invoices", "orders", description="Invoices per order."),
    )
    assert shop.absent({"order.paid", "return.approved", "invoice.issued"}) == ()
    assert shop.absent({"order.paid", "invoice.paid"}) == ("returns", "invoices", "invoice_rate")
    assert shop.subset(["invoice_rate"]).absent({"order.paid"}) == ("invoice_rate",)
