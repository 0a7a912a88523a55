"""Event rows for tests: made by hand, or any that hypothesis can think of."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from hypothesis import strategies as st

from commerce.records.stream import ANNULLED, FEATURE_COLUMNS
from features.catalogue import CATALOGUE
from features.declaring.clocks import DAY, HOUR
from features.declaring.declaration import (
    DAYS,
    EVER,
    Catalogue,
    age,
    count,
    distinct,
    first,
    gap_deviation,
    gap_mean,
    last,
    maximum,
    mean,
    minimum,
    per_aggregate,
    recency,
    source,
    threshold,
    total,
)
from features.declaring.origins import AGGREGATE_COLUMNS
from features.evaluating.duckdb_evaluator import evaluate
from features.evaluating.table import FeatureTable
from features.labels import LABELS
from features.snapshots.canonical import to_table
from features.snapshots.snapshot import Snapshot

Row = tuple[Any, ...]


def event(id: int, type: str, customer: str, occurred_at: int, **columns: Any) -> Row:  # noqa: A002
    """One event row; recorded when it occurred unless told otherwise."""
    values = {
        "id": id,
        "type": type,
        "customer_id": customer,
        "occurred_at": occurred_at,
        "recorded_at": occurred_at,
        **columns,
    }
    return tuple(values.get(name) for name in FEATURE_COLUMNS)


def snapshot_of(rows: Sequence[Row], path: Path) -> Snapshot:
    """Write rows to one Parquet file and call it a snapshot."""
    pq.write_table(to_table(rows), path)
    return Snapshot(
        tenant="acme",
        hash="0" * 32,
        files=(path,),
        events=len(rows),
        last_id=max((row[0] for row in rows), default=0),
        first_occurred=min((row[7] for row in rows), default=0),
        last_recorded=max((row[8] for row in rows), default=0),
    )


_lines = source("order.line")
_deals = per_aggregate(open=["invoice.issued", "order.placed"], close="invoice.paid")
_WINDOWS = (*DAYS(1, 30), *EVER)

EVERYTHING: Catalogue = CATALOGUE.extend(
    count(_lines.of("category"), name="t_count", windows=_WINDOWS, description="test"),
    total(_lines.of("quantity"), name="t_total", windows=_WINDOWS, description="test"),
    mean(_lines.of("value"), name="t_mean", windows=_WINDOWS, description="test"),
    minimum(_lines.of("base_minor"), name="t_minimum", windows=_WINDOWS, description="test"),
    maximum(_lines.of("base_minor"), name="t_maximum", windows=_WINDOWS, description="test"),
    first(_lines.of("value"), name="t_first", windows=_WINDOWS, description="test"),
    last(_lines.of("value"), name="t_last", windows=_WINDOWS, description="test"),
    distinct(_lines.of("category"), name="t_distinct", windows=_WINDOWS, description="test"),
    distinct(_lines.of("age_week"), name="t_weeks", windows=_WINDOWS, description="test"),
    distinct(_lines.of("day_of_week"), name="t_weekdays", windows=_WINDOWS, description="test"),
    mean(_lines.of("hour_of_day"), name="t_hour", windows=_WINDOWS, description="test"),
    count(
        _lines.only(day_of_week=[5, 6], hour_of_day=[0, 23]),
        name="t_weekend_nights",
        windows=_WINDOWS,
        description="test",
    ),
    threshold("t_band", "t_total", [-2, 0, 0.5, 40], description="test"),
    threshold("t_flag", "t_count_30d", [1], null=0, description="test"),
    recency(_lines, name="t_recency", windows=_WINDOWS, description="test"),
    age(_lines, name="t_age", windows=_WINDOWS, description="test"),
    gap_mean(_lines, name="t_gap_mean", windows=_WINDOWS, description="test"),
    gap_deviation(_lines, name="t_gap_deviation", windows=_WINDOWS, description="test"),
    count(
        source("order.line", "order.placed", method=["card", "cash_on_delivery"], category="b"),
        name="t_conditions",
        windows=_WINDOWS,
        description="test",
    ),
    gap_mean(_deals, name="t_deal_gap", description="test"),
    distinct(_deals.of("days_past_due"), name="t_deal_days", description="test"),
    last(_deals.only(is_open=[0, 1]).of("balance"), name="t_deal_last", description="test"),
    *(
        total(_deals.of(name), name=f"t_deal_{name}", windows=_WINDOWS, description="test")
        for name in AGGREGATE_COLUMNS
    ),
)
"""The catalogue, and every operator and column it does not use."""

TYPES = sorted(
    {word for partial in EVERYTHING.partials for word in partial.source.types}
    | {word for label in LABELS.values() for word in label.types}
)
CUTOFF = 400 * DAY
CUSTOMERS = [letter * 32 for letter in "abcd"]

_whole_days = st.integers(0, 460).map(lambda number: number * DAY)
_instants = st.one_of(
    st.integers(-3 * DAY, DAY),
    _whole_days,
    st.just(CUTOFF),
    st.just(CUTOFF - 30 * DAY),
    st.just(CUTOFF - 30 * DAY - 1),
    st.tuples(_whole_days, st.integers(0, DAY)).map(sum),
)
_delays = st.one_of(st.just(0), st.just(0), st.sampled_from([1, HOUR, DAY, 40 * DAY]))
_words = st.one_of(st.none(), st.sampled_from(["a", "b", "card", "cash_on_delivery"]))
_numbers = st.one_of(st.none(), st.integers(-3, 60), st.integers(-(10**9), 10**9))


@st.composite
def streams(draw: st.DrawFn, max_size: int = 60, types: Sequence[str] = tuple(TYPES)) -> list[Row]:
    """Rows of a few customers: equal instants, late records, nulls, events at the cutoff, and some annulled."""
    events = []
    for number in range(draw(st.integers(0, max_size))):
        occurred_at = draw(_instants)
        events.append(
            event(
                number + 1,
                draw(st.sampled_from(types)),
                draw(st.sampled_from(CUSTOMERS)),
                occurred_at,
                recorded_at=occurred_at + draw(_delays),
                due_at=draw(st.one_of(st.none(), _instants)),
                aggregate_id=draw(st.one_of(st.none(), st.sampled_from("xyz"))),
                product_id=draw(st.one_of(st.none(), st.sampled_from(["1" * 32, "2" * 32]))),
                base_minor=draw(_numbers),
                quantity=draw(_numbers),
                value=draw(_numbers),
                method=draw(_words),
                category=draw(_words),
            )
        )
    gone = draw(st.lists(st.sampled_from(events), max_size=5)) if events else []
    for number, row in enumerate(gone, len(events) + 1):
        at = draw(_instants)
        late = at + draw(_delays)
        events.append(event(number, ANNULLED, row[2], at, recorded_at=late, value=row[0]))
    return draw(st.permutations(events)) if draw(st.booleans()) else events


def on_duckdb(rows: list[Row], cutoffs: list[int], catalogue: Catalogue) -> FeatureTable:
    """Evaluate a catalogue over rows."""
    with tempfile.TemporaryDirectory() as folder:
        return evaluate(snapshot_of(rows, Path(folder) / "events.parquet"), cutoffs, catalogue)


def rows_of(customer: str, rows: list[Row]) -> list[Row]:
    """Those of a customer."""
    return [row for row in rows if row[2] == customer]
