"""A live shop has the shape of the simulator's: two-sample tests on every feature, and every state of every machine."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest
from scipy.stats import false_discovery_control, ks_2samp
from sqlalchemy import Engine, text
from tests.commerce.simulated import NOW, TENANT

from commerce.records.database import connect, reading
from commerce.records.doctor import examine
from commerce.records.instants import to_micros
from commerce.records.moves import Machine
from commerce.records.states import MACHINES
from commerce.records.tenants import find_tenant
from features.frames import feature_frame
from features.snapshots.snapshot import take_snapshot
from simulation import Behaviour, SimulationOptions, simulate
from simulation.live.simulation import LiveSummary, simulate_live

pytestmark = pytest.mark.slow

SHOP = SimulationOptions(customers=250, days=300, seed=24)

MAY_DIFFER: Mapping[str, str] = {
    "hours_to_settle_365d": "every bill is due after 30 days; a quarter of the simulator's after 14",
    "days_past_due_365d": "a bill whose collection bounced was paid and charged back, not left open",
    "mean_days_past_due_365d": "as days_past_due_365d",
    "current_days_past_due": "as days_past_due_365d",
    "overdue_invoices": "as days_past_due_365d",
    "open_deliveries": "a delivery is promised at checkout and withdrawn with its order;"
    " the simulator's is promised once the order is paid, and stays promised",
    "delivery_hours_late_365d": "as open_deliveries: nobody waits for what is withdrawn",
    "worst_delivery_hours_late_365d": "as delivery_hours_late_365d",
    "payment_methods_365d": "there is no direct debit in the shop: who means it pays by card",
}
"""Features whose shape is the shop's rules' and not the simulator's, too little to tell other customers apart by."""

DO_DIFFER: Mapping[str, str] = {
    "delivery_hours_365d": "a delivery is promised at checkout; the simulator's once the order is paid",
    "profile_fields": "who signs up says where to deliver to; in the simulator's history nobody does",
    "profile_changes_365d": "as profile_fields",
    "days_since_profile_change": "as profile_fields",
}
"""Features by which anybody can tell the two apart, and why."""

ONLY_SIMULATED = [
    "points_earned",
    "points_deducted",
    "points_balance",
    "points_per_sale_365d",
    "points_lost_share",
    "penalties_365d",
    "penalty_rate_365d",
    "days_since_points",
    "auctions_sold_365d",
]
"""Features of customers who sell, too: a user of the shop has one role, so that no seller buys."""

Frames = Mapping[str, pd.DataFrame]


@pytest.fixture(scope="module")
def live(
    migrated_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Engine, LiveSummary]:
    """A live shop of 250 customers."""
    folder = tmp_path_factory.mktemp("live")
    engine = store(migrated_file, folder)
    return engine, simulate_live(engine, TENANT, SHOP, truth_folder=folder)


def store(migrated_file: Path, folder: Path) -> Engine:
    shutil.copy(migrated_file, folder / "records.db")
    return connect(f"sqlite:///{folder / 'records.db'}")


def features_of(engine: Engine, at: int, folder: Path) -> pd.DataFrame:
    """Give the features at an instant by the customer's own name; what is not known is a value of its own."""
    with reading(engine) as connection:
        tenant = find_tenant(connection, TENANT)
        rows = connection.execute(text("SELECT id, external_id FROM customer")).all()
    frame = feature_frame(take_snapshot(engine, tenant, folder), [at])
    frame.index = frame["customer_id"].map({row.id: row.external_id for row in rows})
    return frame.drop(columns=["customer_id", "cutoff"]).sort_index().fillna(-1e12)


def simulated(
    migrated_file: Path, folder: Path, at: int, monkeypatch: pytest.MonkeyPatch, **traits: float
) -> pd.DataFrame:
    """Give the features of the same shop as the bulk simulator writes it, with other traits if any."""
    folder.mkdir()
    engine = store(migrated_file, folder)
    monkeypatch.setattr("simulation.shop.Behaviour", lambda: Behaviour(**traits))
    simulate(engine, TENANT, SHOP, now=NOW, truth_folder=folder)
    return features_of(engine, at, folder)


def told_apart(one: pd.DataFrame, other: pd.DataFrame) -> set[str]:
    """Name the features whose distributions differ: Kolmogorov-Smirnov, false discoveries at most 5 %."""
    tests = {
        name: ks_2samp(one[name], other[name], method="asymp").pvalue for name in map(str, one)
    }
    corrected = false_discovery_control(list(tests.values()))
    return {name for name, p in zip(tests, corrected, strict=True) if p < 0.05}


def test_the_customers_of_a_live_shop_are_like_the_simulators(
    live: tuple[Engine, LiveSummary],
    migrated_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine, played = live
    at = to_micros(played.clock)
    acted = features_of(engine, at, tmp_path / "snapshots")
    bulk = simulated(migrated_file, tmp_path / "bulk", at, monkeypatch)
    assert list(acted.index) == list(bulk.index)
    assert len(acted.columns) > 100
    even, odd = slice(0, None, 2), slice(1, None, 2)
    for mine, others in ((even, odd), (odd, even)):  # independent samples: different customers
        assert told_apart(acted.iloc[mine], bulk.iloc[others]) <= DO_DIFFER.keys()
    # the very same customers: what differs is not chance
    distances = {name: ks_2samp(acted[name], bulk[name], method="asymp").statistic for name in bulk}
    free = {*MAY_DIFFER, *DO_DIFFER, *ONLY_SIMULATED}
    assert {name for name, distance in distances.items() if distance > 0.05} <= free
    assert all((acted[name] <= 0).all() for name in ONLY_SIMULATED)

    late = simulated(migrated_file, tmp_path / "late", at, monkeypatch, late_parcel_logit=-0.5)
    assert "late_delivery_rate_365d" in told_apart(acted.iloc[even], late.iloc[odd])


def test_every_state_of_every_machine_is_reached(live: tuple[Engine, LiveSummary]) -> None:
    with reading(live[0]) as connection:
        assert examine(connection) == []
        emitted = set(connection.execute(text("SELECT DISTINCT type FROM event")).scalars())
        verdicts = "SELECT DISTINCT reason FROM event WHERE type = 'dispute.closed'"
        ended = set(connection.execute(text(verdicts)).scalars())
        for machine in MACHINES:
            assert machine.table is not None
            left = connection.execute(text(f"SELECT DISTINCT status FROM {machine.table}"))
            seen = {*left.scalars(), *certain(machine, emitted), *ended}
            assert seen >= set(machine.states), machine.kind


def certain(machine: Machine, emitted: set[str]) -> set[str]:
    """Name the states that records must have been in where events of these types were emitted."""
    moves = [move for event_type, move in machine.moves.items() if event_type in emitted]
    ends = [move.targets for move in moves] + [move.sources for move in moves if not move.makes]
    return {states[0] for states in ends if len(states) == 1}
