"""`bellwether segments`: in which segment customers are, and who moved, by edges that are kept."""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, insert
from tests.scoring.values import make_segments
from tests.tenants import NOW, make_tenant

from commerce.records import schema
from commerce.records.database import reading, writing
from commerce.records.instants import parse_as_of, to_micros
from commerce.records.stream import NewEvent, append
from commerce.records.tenants import find_tenant
from scoring.published import publish
from workbench.cli import group

CHAMPION, NEWCOMER, LEFT = (uuid.UUID(int=number) for number in (1, 2, 3))
ORDERS = (
    (LEFT, "2025-01-10", 2_000),
    (CHAMPION, "2025-11-20", 2_000),
    *((CHAMPION, f"2025-12-{day}", 15_000) for day in range(21, 26)),
    (NEWCOMER, "2025-12-28", 1_000),
)
"""Who ordered, when, and for how much (minor units)."""


def bellwether(*arguments: str) -> Result:
    return CliRunner().invoke(group, ["segments", *arguments], catch_exceptions=False)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: Engine) -> Path:
    """A home with one shop that has no orders yet."""
    monkeypatch.setenv("BELLWETHER_HOME", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", engine.url.render_as_string())
    make_tenant(engine)
    return tmp_path


@pytest.fixture
def sold(home: Path, engine: Engine) -> Path:
    """The same with `ORDERS`, up to the end of 2025, and edges that are kept."""
    with reading(engine) as connection:
        tenant = find_tenant(connection, "acme")
    events = [
        NewEvent(
            type="order.placed",
            occurred_at=at,
            recorded_at=at,
            source_key=f"p{number}",
            customer_id=customer,
            aggregate_type="order",
            aggregate_id=f"{number:032x}",
            currency="EUR",
            amount_minor=amount,
            base_minor=amount,
            quantity=1,
            value=1,
        )
        for number, (customer, day, amount) in enumerate(ORDERS)
        for at in [to_micros(parse_as_of(day, tenant.zone))]
    ]
    with writing(engine) as connection:
        for number, key in enumerate((CHAMPION, NEWCOMER, LEFT), 1):
            row = {"tenant_id": tenant.id, "id": key, "number": number, "created_at": NOW}
            connection.execute(insert(schema.customer), row)
        append(connection, tenant, events, ingested_at=events[-1].recorded_at)
    publish(make_segments(name="acme.segments"), home / "data" / "packages")
    return home


def test_every_customer_is_shown_in_one_segment_by_the_edges_that_are_kept(sold: Path) -> None:
    shown = json.loads(bellwether("show", "--json").output)
    counts = {each["segment"]: each["customers"] for each in shown["segments"]}
    assert shown["model_version"] == "acme.segments/1"
    assert {name for name, customers in counts.items() if customers} == {"champions", "new", "lost"}
    assert sum(counts.values()) == shown["customers"] == 3
    printed = bellwether("show").output
    assert "3 customers, each in one segment, by the edges of acme.segments/1" in printed
    assert "770.00 EUR" in printed


def test_without_a_model_the_quintiles_of_the_day_tell_segments_apart(sold: Path) -> None:
    (sold / "data" / "packages" / "acme" / "segments" / "current.json").unlink()
    assert "by the quintiles of the day" in bellwether("show").output


def test_who_moved_and_who_came_is_counted_by_the_same_edges_at_both_dates(sold: Path) -> None:
    found = json.loads(bellwether("changed", "--since", "2025-12-01", "--json").output)
    moves = {
        (one, other): count
        for one, row in zip(found["segments"], found["counts"], strict=True)
        for other, count in zip(found["segments"], row, strict=True)
        if count
    }
    assert moves == {("new", "champions"): 1, ("lost", "lost"): 1}
    assert {name for name, count in found["came"].items() if count} == {"new"}
    assert found["since"] < found["until"]
    assert datetime.fromisoformat(found["since"]).utcoffset() is not None
    printed = bellwether("changed", "--since", "2025-12-01").output
    assert "1 of 2 customers are in another segment than at 2025-11-30 23:00 UTC" in printed


def test_dates_the_wrong_way_round_and_a_shop_without_orders_are_told(home: Path) -> None:
    turned = bellwether("changed", "--since", "2025-12-01", "--until", "2025-11-01")
    assert turned.exit_code != 0
    assert "since must be before until" in turned.output
    empty = bellwether("changed", "--since", "2025-10-01", "--until", "2025-11-01")
    assert empty.exit_code != 0
    assert "customers of acme must have bought by" in empty.output
