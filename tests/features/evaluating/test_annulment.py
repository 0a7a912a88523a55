"""From the instant at which an event was annulled it counts no more, and before that it counts as ever."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import Engine
from tests.features.streams import CUSTOMERS, EVERYTHING, Row, event, on_duckdb
from tests.importing.shops import NOW, Shop, micros

from commerce.records import schema
from commerce.records.database import connect, reading
from commerce.records.stream import ANNULLED
from commerce.records.tenants import find_tenant
from features.catalogue import CATALOGUE
from features.declaring.clocks import DAY
from features.evaluating.duckdb_evaluator import evaluate, label_table
from features.evaluating.online import online_features
from features.labels import find_label
from features.snapshots.snapshot import Snapshot, take_snapshot
from importing.engine.undoing import undo_import

ANN, BOB = CUSTOMERS[:2]
UNDONE = 40 * DAY
ORDERS = [
    event(n, kind, customer, n * DAY, aggregate_id=f"o{n}", base_minor=100 * n, value=1, quantity=1)
    for n, (kind, customer) in enumerate(
        [("order.placed", ANN), ("order.paid", ANN), ("order.placed", BOB)] * 4, start=1
    )
]
GONE = [
    event(100 + row[0], ANNULLED, row[2], UNDONE, value=row[0], category=row[1])
    for row in ORDERS[3:]
]


def test_features_before_are_what_they_were_and_after_as_if_it_had_never_been() -> None:
    before, after = UNDONE, UNDONE + 1
    cutoffs = [after, 5 * DAY, before, after + DAY]
    rows = [*ORDERS, *GONE]
    table = on_duckdb(rows, cutoffs, EVERYTHING)
    assert sorted(set(table.cutoffs.tolist())) == sorted(cutoffs)
    for cutoff in cutoffs:
        meant = ORDERS if cutoff <= UNDONE else ORDERS[:3]
        alone = on_duckdb(meant, [cutoff], EVERYTHING)
        chosen = table.cutoffs == cutoff
        assert [each for each, own in zip(table.customer_ids, chosen, strict=True) if own] == [
            *alone.customer_ids
        ]
        assert np.array_equal(table.values[chosen], alone.values, equal_nan=True)


@pytest.mark.parametrize(("known_before", "churned"), [(None, [1, 1]), (UNDONE, [0, 0])])
def test_a_label_is_what_came_about_as_far_as_it_still_counts(
    snapshot: Callable[[Sequence[Row]], Snapshot], known_before: int | None, churned: list[int]
) -> None:
    held = snapshot([*ORDERS, *GONE])
    label = find_label("churn")
    table = label_table(held, label, [int(3.5 * DAY)], 20, known_before=known_before)
    assert table.labels.tolist() == churned


def test_after_an_undo_features_are_those_of_a_shop_without_that_import(
    engine: Engine, tmp_path: Path, migrated_file: Path
) -> None:
    (tmp_path / "only").mkdir()
    shutil.copy(migrated_file, tmp_path / "only" / "records.db")
    other = connect(f"sqlite:///{tmp_path}/only/records.db")
    undone, only = Shop(engine, tmp_path), Shop(other, tmp_path / "only")
    named = {"order": "no", "customer": "who", "time": "at", "product": "sku", "amount": "total"}
    head = "no,who,at,sku,total\n"
    kept = head + "".join(
        f"{n},c{n % 3},2025-0{1 + n % 6}-03 10:00,A,{n}.50\n" for n in range(1, 9)
    )
    wrong = head + "".join(f"x{n},c{n % 4},2025-0{1 + n % 6}-09,B,{n}.25\n" for n in range(1, 9))
    undone.sell(kept, **named)
    undone.sell(wrong, name="wrong.csv", **named)
    only.sell(kept, **named)
    assert values(undone) != values(only)
    undo_import(engine, "acme", 2, now=NOW)
    assert values(undone) == values(only)
    other.dispose()


def values(shop: Shop) -> dict[str, str]:
    """Every feature of the shop's named customers, from a snapshot and online alike."""
    cutoff = micros("2025-12-01")
    with reading(shop.engine) as connection:
        tenant = find_tenant(connection, "acme")
        people = {row.id.hex: row.external_id for row in shop.rows(schema.customer)}
        table = evaluate(
            take_snapshot(shop.engine, tenant, shop.folder / "snapshots"), [cutoff], CATALOGUE
        )
        found = {}
        for customer, row in zip(table.customer_ids, table.values, strict=True):
            online = online_features(connection, tenant.id, UUID(customer), cutoff, CATALOGUE)
            assert np.array_equal(row, online, equal_nan=True)
            if (name := people[customer]) is not None:
                found[name] = str(row.tolist())
        return found
