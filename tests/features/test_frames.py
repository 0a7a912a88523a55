"""Feature tables as DataFrames, for people and on disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
import pytest
from tests.features.streams import CUSTOMERS, Row, event

from features.catalogue import CATALOGUE
from features.declaring.clocks import DAY
from features.declaring.declaration import DAYS, Feature, count, ratio, source
from features.errors import SnapshotNotFound, UnknownFeature
from features.evaluating import python_batch
from features.frames import feature_frame, read_features, training_frame, write_features
from features.labels import Had, Happens, Label
from features.snapshots.snapshot import Snapshot

Take = Callable[[Sequence[Row]], Snapshot]
CUTOFFS = [100 * DAY, 130 * DAY]


def rows() -> list[Row]:
    ann, bob, eve = CUSTOMERS[:3]
    return [
        event(1, "order.placed", ann, 10 * DAY, base_minor=5, method="web"),
        event(2, "order.placed", bob, 99 * DAY, base_minor=5, method="shop"),
        event(3, "order.placed", ann, 120 * DAY, base_minor=5, method="shop"),
        event(4, "customer.registered", eve, 0),
        event(5, "payment.refunded", bob, 131 * DAY, base_minor=5),
    ]


def test_a_training_frame_has_the_features_and_what_came_after(snapshot: Take) -> None:
    names = ["orders_90d", "days_since_order"]
    frame = training_frame(snapshot(rows()), CUTOFFS, "churn", names, keep_constant=True)
    assert frame.columns.tolist() == [
        "customer_id",
        "cutoff",
        "orders_90d",
        "days_since_order",
        "label",
    ]
    assert str(frame["cutoff"].dtype) == "datetime64[us, UTC]"
    assert frame["cutoff"].iloc[0] == pd.Timestamp("1970-04-11", tz="UTC")
    ann, bob = CUSTOMERS[:2]
    assert frame.drop(columns="cutoff").to_numpy().tolist() == [
        [ann, 1, 90, 0],
        [bob, 1, 1, 1],
        [ann, 1, 10, 1],
        [bob, 1, 31, 1],
    ]


def test_a_feature_that_does_not_vary_is_left_out_and_named(snapshot: Take) -> None:
    names = ["orders_90d", "days_since_order", "days_since_return"]
    frame = training_frame(snapshot(rows()), CUTOFFS, "churn", names)
    assert frame.columns.tolist() == ["customer_id", "cutoff", "days_since_order", "label"]
    assert frame.attrs["constant"] == ["orders_90d", "days_since_return"]
    whole = training_frame(snapshot(rows()), CUTOFFS, "churn")
    assert {"orders_90d", "wallet_spent"} <= set(whole.attrs["constant"])
    assert (whole.drop(columns=["cutoff", "customer_id"]).nunique(dropna=False) > 1).all()
    kept = training_frame(snapshot(rows()), CUTOFFS, "churn", keep_constant=True)
    assert kept.columns.tolist() == ["customer_id", "cutoff", *CATALOGUE.names, "label"]
    assert kept.attrs["constant"] == []


def test_a_horizon_of_ones_own_changes_the_label(snapshot: Take) -> None:
    frame = training_frame(snapshot(rows()), CUTOFFS[:1], "churn", ["orders"], horizon_days=20)
    assert frame["label"].tolist() == [1, 1]


def test_features_and_labels_can_be_declared_on_the_spot(snapshot: Take) -> None:
    refunded = Label(
        name="refunded",
        description="Money goes back.",
        population=Had(source("order.placed")),
        outcomes=(Happens(source("payment.refunded")),),
        horizon_days=30,
    )
    in_shop = count(
        source("order.placed", method="shop"),
        name="shop_orders",
        windows=DAYS(30, 90),
        description="Orders placed in the shop.",
    )
    share = ratio("shop_share", "shop_orders_90d", "orders_90d", description="In the shop.")
    chosen: list[str | Feature] = ["orders", in_shop, share]
    frame = training_frame(snapshot(rows()), [130 * DAY], refunded, chosen, keep_constant=True)
    assert frame.drop(columns=["customer_id", "cutoff"]).to_dict("list") == {
        "orders": [2, 1],
        "shop_orders_30d": [1, 0],
        "shop_orders_90d": [1, 1],
        "shop_share": [1, 1],
        "label": [0, 1],
    }


def test_an_unknown_feature_is_met_with_a_hint(snapshot: Take) -> None:
    with pytest.raises(UnknownFeature, match="Did you mean orders_90d"):
        training_frame(snapshot(rows()), CUTOFFS, "churn", ["order_90d"])


def test_a_frame_has_every_customer_known_at_the_cutoff(snapshot: Take) -> None:
    frame = feature_frame(snapshot(rows()), [5 * DAY, 50 * DAY])
    assert frame["customer_id"].tolist() == [CUSTOMERS[2], CUSTOMERS[0], CUSTOMERS[2]]
    assert frame.columns.tolist() == ["customer_id", "cutoff", *CATALOGUE.names]


def test_features_come_back_from_disk_as_they_were(snapshot: Take, tmp_path: Path) -> None:
    taken = snapshot(rows())
    frame = feature_frame(taken, CUTOFFS)
    paths = write_features(frame, tmp_path, snapshot=taken)
    assert [path.name for path in paths] == [f"{cutoff}.parquet" for cutoff in CUTOFFS]
    back = read_features(tmp_path, "acme", taken.hash, CUTOFFS[1])
    expected = frame[frame["cutoff"] == frame["cutoff"].max()].reset_index(drop=True)
    pd.testing.assert_frame_equal(back.frame, expected)
    assert back.snapshot == taken.hash
    assert back.hashes["spend"] == CATALOGUE["spend"].hash


def test_features_never_written_are_met_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SnapshotNotFound, match="Build the features first"):
        read_features(tmp_path, "acme", "0" * 32, 5)


def test_a_frame_is_the_same_whoever_evaluates_it(snapshot: Take) -> None:
    taken = snapshot(rows())
    by_python = feature_frame(taken, CUTOFFS, evaluator=python_batch.evaluate_each)
    pd.testing.assert_frame_equal(feature_frame(taken, CUTOFFS), by_python)
