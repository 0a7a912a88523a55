"""The server's features of a customer, from the record store itself."""

from __future__ import annotations

import uuid
from pathlib import Path

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Engine
from tests.tenants import NOW, make_tenant

from commerce.records import schema
from commerce.records.database import reading, writing
from commerce.records.stream import NewEvent, append
from commerce.records.tenants import Tenant
from features.catalogue import CATALOGUE
from features.declaring.clocks import DAY
from features.evaluating.duckdb_evaluator import evaluate
from features.evaluating.online import online_features
from features.snapshots.snapshot import take_snapshot

ANN, BOB = uuid.UUID(int=1), uuid.UUID(int=2)


def record(engine: Engine, tenant: Tenant) -> None:
    """Two customers with orders, an invoice paid late and a parcel under way."""
    with writing(engine) as connection:
        people = [
            {"tenant_id": tenant.id, "id": customer, "number": customer.int, "created_at": NOW}
            for customer in (ANN, BOB)
        ]
        connection.execute(sa.insert(schema.customer), people)

        def note(word: str, day: int, key: str, customer: uuid.UUID = ANN, **words: object) -> None:
            amount = {"amount_minor": 500, "base_minor": 500, "currency": "EUR"}
            one = NewEvent(
                type=word,
                occurred_at=day * DAY,
                recorded_at=(day + 1) * DAY,
                source_key=f"{word}-{day}-{customer}",
                customer_id=customer,
                aggregate_id=key,
                **{**amount, **words},  # type: ignore[arg-type]
            )
            append(connection, tenant, [one], ingested_at=0)

        for day in (1, 30, 44):
            note("order.placed", day, f"o{day}", quantity=2, value=1)
            note("order.paid", day, f"o{day}", method="card")
        note("order.placed", 3, "b", BOB, quantity=1, value=1)
        note("invoice.issued", 5, "i", due_at=19 * DAY)
        note("invoice.paid", 25, "i")
        note("delivery.promised", 40, "d", due_at=60 * DAY)


def test_one_customer_online_has_the_bits_of_the_batch(any_engine: Engine, tmp_path: Path) -> None:
    tenant = make_tenant(any_engine)
    record(any_engine, tenant)
    cutoffs = [26 * DAY, 45 * DAY, 46 * DAY]
    table = evaluate(take_snapshot(any_engine, tenant, tmp_path), cutoffs, CATALOGUE)
    assert table.customer_ids == [ANN.hex, BOB.hex] * 3
    with reading(any_engine) as connection:
        for customer, cutoff, values in zip(
            table.customer_ids, table.cutoffs.tolist(), table.values, strict=True
        ):
            alone = online_features(connection, tenant.id, uuid.UUID(customer), cutoff, CATALOGUE)
            assert np.array_equal(alone, values, equal_nan=True)
        orders = CATALOGUE.names.index("orders_30d")
        counted = [
            online_features(connection, tenant.id, ANN, t, CATALOGUE)[orders] for t in cutoffs
        ]
        assert counted == [1, 1, 2]


def test_another_tenant_s_customer_of_the_same_id_is_a_stranger(engine: Engine) -> None:
    record(engine, make_tenant(engine))
    other = make_tenant(engine, "other")
    with reading(engine) as connection:
        values = online_features(connection, other.id, ANN, 46 * DAY, CATALOGUE)
    assert values[CATALOGUE.names.index("orders")] == 0
