"""An answer asked for while rows are being recorded waits for them, and comes out the same ever after."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from tests.serving.shop import LAST, NOW, OPEN, SHOP, Client, customer_id, make_shop

from commerce.records.database import reading, writing
from commerce.records.instants import to_micros
from commerce.records.stream import NewEvent, append
from commerce.records.tenants import clock, hold_clock, recording_instant
from serving.app import make_app
from serving.predict.asking import AppState
from serving.predict.packages import PackageShelf
from serving.predict.replay import replay


def test_an_answer_given_during_an_import_replays_after_it(
    postgres_engine: Engine, make_state: Callable[..., AppState], packages: Path
) -> None:
    tenant = make_shop(postgres_engine)
    client = Client(make_app(make_state(postgres_engine), door=OPEN))
    bodies: list[dict[str, Any]] = []

    def request() -> None:
        asked = {"tenant": "acme", "customer_id": "17850"}
        bodies.append(client.post("/predict/credit", asked).json())

    sender = threading.Thread(target=request)
    with writing(postgres_engine) as connection:
        held = hold_clock(connection, tenant)
        occurred = to_micros(LAST - timedelta(days=1))
        recorded = recording_instant(held, clock(connection, held, now=NOW), occurred)
        sender.start()
        sender.join(1)
        assert bodies == []
        late = NewEvent(
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
        append(connection, tenant, [late], ingested_at=to_micros(NOW))
    sender.join(30)
    (body,) = bodies
    with reading(postgres_engine) as connection:
        found = replay(connection, PackageShelf([packages], SHOP), body["request_id"])
    found.require_same()
    assert found.kept.features["orders_90d"] == 3
