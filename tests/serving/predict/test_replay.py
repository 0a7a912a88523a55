"""Any past answer comes out the same, whatever arrived since."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, text, update
from tests.serving.shop import LAST, NOW, SHOP, Client, customer_id, make_package

from commerce.records import schema
from commerce.records.database import reading, writing
from commerce.records.instants import to_micros
from commerce.records.stream import NewEvent, append
from commerce.records.tenants import clock, find_tenant, recording_instant
from features.declaring.declaration import DAYS, catalogue, count, recency, source, total
from scoring.published import publish
from serving.errors import ReplayDiffers, UnknownName
from serving.predict.packages import PackageShelf
from serving.predict.replay import replay
from serving.schema import score

REQUEST = {"tenant": "acme", "customer_id": "17850"}


def test_an_answer_replays_after_a_late_row_and_a_new_champion(
    client: Client, engine: Engine, packages: Path
) -> None:
    body = client.post("/predict/credit", REQUEST).json()
    arrive_late(engine)
    publish(make_package("credit", "2"), packages)
    again = client.post("/predict/credit", REQUEST | {"as_of": body["as_of"]}).json()
    assert again["model_version"] == "acme.credit/2"
    with reading(engine) as connection:
        found = replay(connection, PackageShelf([packages], SHOP), body["request_id"])
    found.require_same()
    assert found.again["probability"] == body["probability"]


def test_an_answer_by_values_replays_from_its_own_values(
    client: Client, engine: Engine, packages: Path
) -> None:
    for features in ({"spend_90d": 0, "days_since_order": None}, {"orders_90d": 2}):
        request = {"tenant": "acme", "features": features}
        body = client.post("/predict/churn", request).json()
        with reading(engine) as connection:
            replay(connection, PackageShelf([packages], SHOP), body["request_id"]).require_same()


def test_a_stream_changed_by_hand_is_noticed(
    client: Client, engine: Engine, packages: Path
) -> None:
    body = client.post("/predict/churn", REQUEST).json()
    with writing(engine) as connection:
        connection.execute(text("DROP TRIGGER event_refuses_delete"))
        connection.execute(
            delete(schema.event).where(schema.event.c.occurred_at == to_micros(LAST))
        )
    with reading(engine) as connection:
        found = replay(connection, PackageShelf([packages], SHOP), body["request_id"])
    with pytest.raises(ReplayDiffers, match=r"feature orders_90d was 2\.0, is 1\.0"):
        found.require_same()


@pytest.mark.parametrize(("by", "holds"), [(1e-13, True), (1e-9, False)])
def test_an_answer_of_before_is_the_same_but_for_its_last_digits(
    client: Client, engine: Engine, packages: Path, by: float, holds: bool
) -> None:
    body = client.post("/predict/churn", REQUEST).json()
    with writing(engine) as connection:
        connection.execute(text("DROP TRIGGER score_refuses_update"))
        connection.execute(update(score).values(probability=body["probability"] + by))
    with reading(engine) as connection:
        found = replay(connection, PackageShelf([packages], SHOP), body["request_id"])
    told = found.rounded if holds else found.differences
    assert [each.split(" was ")[0] for each in told] == ["probability"]
    assert (not found.differences) == holds


def test_an_answer_on_features_declared_otherwise_since_replays_from_its_kept_values(
    client: Client, engine: Engine, packages: Path
) -> None:
    body = client.post("/predict/credit", REQUEST).json()
    orders, placed = source("order.placed"), source("order.placed", column="base_minor")
    otherwise = catalogue(
        count(orders, name="orders", windows=DAYS(90), unit="orders", description="Otherwise."),
        total(
            placed,
            name="spend",
            windows=DAYS(90),
            null=0,
            minimum=0,
            unit="minor",
            description="Otherwise.",
        ),
        recency(
            orders, name="days_since_first_order", minimum=0, unit="days", description="Otherwise."
        ),
    )
    with reading(engine) as connection:
        found = replay(connection, PackageShelf([packages], otherwise), body["request_id"])
    found.require_same()
    assert found.unread is not None
    assert found.unread.startswith("features could not be computed again, the kept values")
    assert found.again["probability"] == body["probability"]
    assert found.again["reasons"] == body["reasons"]


def test_a_replay_from_the_stream_says_nothing_of_kept_values(
    client: Client, engine: Engine, packages: Path
) -> None:
    body = client.post("/predict/credit", REQUEST).json()
    with reading(engine) as connection:
        found = replay(connection, PackageShelf([packages], SHOP), body["request_id"])
    assert found.unread is None


def test_an_answer_nobody_gave_cannot_be_replayed(engine: Engine, packages: Path) -> None:
    with reading(engine) as connection, pytest.raises(UnknownName, match="must be on record"):
        replay(connection, PackageShelf([packages], SHOP), "0000")


def arrive_late(engine: Engine) -> None:
    """Append an order that happened before the answer and is recorded after it."""
    with writing(engine) as connection:
        tenant = find_tenant(connection, "acme")
        occurred = to_micros(LAST - timedelta(days=1))
        recorded = recording_instant(tenant, clock(connection, tenant, now=NOW), occurred)
        append(
            connection,
            tenant,
            [
                NewEvent(
                    "order.placed",
                    occurred,
                    recorded,
                    "late",
                    customer_id=customer_id("acme", "17850"),
                    amount_minor=100,
                    currency="EUR",
                    base_minor=100,
                    quantity=1,
                    value=1,
                )
            ],
            ingested_at=to_micros(NOW),
        )
