"""Lifetime value and segments: habits are learned, what was judged is published, a new season is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from tests.scoring.values import make_segments

from commerce.records.instants import DAY, from_micros, to_micros
from commerce.records.tenants import Tenant
from features.snapshots.snapshot import Snapshot
from scoring.lifetime_value import ValuePackage
from scoring.published import current_any
from training import segmenting, valuing
from training.errors import NotTrainable
from training.fitting.value_data import ValueData, ValueRows, inputs_of
from training.judging.values import MEANS, MODEL, spearman
from training.publishing.tracking import Tracker
from training.segmenting import SegmentData

AS_OF = to_micros(datetime(2026, 1, 1, tzinfo=UTC))
TENANT = Tenant(
    id=1,
    slug="demo",
    zone=ZoneInfo("Europe/Berlin"),
    currency="EUR",
    clock_mode="recorded",
    observed_at=None,
)
SNAPSHOT = Snapshot(
    tenant="demo",
    hash="ab" * 16,
    files=(),
    events=1,
    last_id=1,
    first_occurred=0,
    last_recorded=1,
)


def rows(cutoff: int, *, season: float = 1.0, customers: int = 600) -> ValueRows:
    """Customers of rates and amounts of their own, who leave for good some time; a season moves what all pay."""
    random = np.random.default_rng(cutoff % 97)
    age = random.integers(20, 300, customers).astype(float)
    rate, leaves = random.gamma(1.0, 0.03, customers), random.exponential(250.0, customers)
    amount = random.gamma(4.0, 1_000.0, customers)
    active = np.minimum(age, leaves)
    repeats = np.minimum(random.poisson(rate * active), age - 1)
    latest = np.where(repeats > 0, np.floor(active * repeats / (repeats + 1)), 0.0)
    times = repeats + 1
    spend = np.round(times * amount * random.gamma(10.0, 0.1, customers))
    orders = np.where(leaves > age, random.poisson(rate * 90), 0).astype(float)
    paid = np.round(season * orders * amount)
    frame = pd.DataFrame(
        {
            "customer_id": [f"{place:032x}" for place in range(customers)],
            "cutoff": pd.Series([from_micros(cutoff)] * customers).dt.as_unit("us"),
            "order_days": times,
            "days_ordering": latest,
            "days_since_first_order": age,
            "spend": spend,
            "historical": spend,
        }
    )
    return ValueRows(
        frame=frame, purchases=pd.DataFrame({"orders": orders, "spend": paid}), realised=paid
    )


def data_of(season: float = 1.0) -> ValueData:
    """A shop of which the last horizon may be a season that was never seen."""
    return ValueData(
        tenant=TENANT,
        snapshot=SNAPSHOT,
        as_of=AS_OF,
        horizon_days=90,
        rows={
            AS_OF - 180 * DAY: rows(AS_OF - 180 * DAY),
            AS_OF - 90 * DAY: rows(AS_OF - 90 * DAY, season=season),
        },
        current=rows(AS_OF).frame,
    )


def test_what_is_right_out_of_time_is_kept_and_published_once(
    tracker: Tracker, tmp_path: Path
) -> None:
    data = data_of()
    judged = valuing.examine(data, valuing.fit_values(data))
    found = judged.report.figures[MODEL]
    assert judged.kept == MODEL, judged.sentence
    assert abs(found.ratio - 1) <= 0.1
    assert found.spearman > max(judged.report.baselines.values())
    assert 0.7 < found.inside < 0.95
    assert len(found.by_tenth) == 10
    published = valuing.conclude(data, judged, tracker=tracker, packages=tmp_path)
    assert published.label == "demo.lifetime_value/1"
    again = valuing.conclude(data, judged, tracker=tracker, packages=tmp_path)
    assert again.label == published.label
    current = current_any(tmp_path, "demo", "lifetime_value")
    assert isinstance(current, ValuePackage)
    assert current.card["kept"] == MODEL
    assert current.card["level"].startswith("in all as expected")


def test_what_is_judged_knows_nothing_of_its_test_and_what_is_published_learns_of_it() -> None:
    data, other = data_of(), data_of(season=0.5)
    test = data.test
    told, otherwise = (valuing.fit_values(each) for each in (data, other))
    for name in (MODEL, MEANS):
        np.testing.assert_array_equal(
            getattr(told, name).expect(test.inputs, test.past).predicted,
            getattr(otherwise, name).expect(test.inputs, test.past).predicted,
        )
    past = data.current["historical"].to_numpy()
    now, then = (
        valuing.fit_values(each, AS_OF).means.expect(inputs_of(each.current), past).predicted
        for each in (data, other)
    )
    assert now.sum() == pytest.approx(2 * then.sum(), rel=0.05)


def test_a_season_that_was_never_seen_is_refused_and_the_sentence_says_so() -> None:
    data = data_of(season=2.0)
    judged = valuing.examine(data, valuing.fit_values(data))
    (calibration, order) = judged.verdict.gates
    assert calibration.passed is False
    assert order.passed
    assert "must lie within 10% of 1" in judged.sentence


def test_means_take_the_place_of_a_model_that_is_refused_unless_they_are_worse() -> None:
    data = data_of()
    judged = valuing.examine(data, valuing.fit_values(data))
    off = replace(judged.report.figures[MODEL], ratio=1.5)
    verdict = replace(
        judged.verdict,
        gates=(replace(judged.verdict.gates[0], passed=False), judged.verdict.gates[1]),
    )
    near = replace(judged.report.figures[MEANS], ratio=1.2)
    far = replace(near, ratio=1.9, spearman=off.spearman - 0.1)
    for means, kept in ((near, MEANS), (far, MODEL)):
        report = replace(judged.report, figures={MODEL: off, MEANS: means})
        found = replace(judged, report=report, verdict=verdict)
        assert found.kept == kept
        assert "calibration" in found.sentence


def test_a_column_that_says_nothing_orders_nobody() -> None:
    assert spearman(np.ones(5), np.arange(5.0)) == 0.0


def segments_of(champions: int, lost: int) -> SegmentData:
    """What ten champions and ten lost customers spent."""
    return SegmentData(
        tenant=TENANT,
        as_of=from_micros(AS_OF),
        horizon_days=90,
        edges=make_segments().edges,
        customers={"champions": 10, "lost": 10},
        spent={"champions": (10, champions), "lost": (10, lost)},
    )


def test_edges_are_published_where_champions_go_on_to_spend_more(
    tracker: Tracker, tmp_path: Path
) -> None:
    data = segments_of(100_000, 5_000)
    verdict = segmenting.examine(data)
    published = segmenting.conclude(
        data, verdict, snapshot="ab" * 16, tracker=tracker, packages=tmp_path
    )
    assert (published.label, published.edges) == ("demo.segments/1", make_segments().edges)
    assert published.validation == {"champions": 10_000.0, "lost": 500.0}
    assert "a champion spent 100.00 EUR" in verdict.gates[0].text
    data = segments_of(5_000, 100_000)
    with pytest.raises(
        NotTrainable, match=r"segments must tell who goes on to buy; .*must be more"
    ):
        segmenting.conclude(
            data,
            segmenting.examine(data),
            snapshot="ab" * 16,
            tracker=tracker,
            packages=tmp_path,
        )
