"""What one customer costs online: the whole catalogue over rows at hand, and the one query that fetches them."""

from __future__ import annotations

import statistics
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa
from benchmarks.features.stream import END, TENANT
from sqlalchemy import Connection, Engine

from commerce.records import schema
from commerce.records.database import reading, writing
from commerce.records.instants import to_micros
from commerce.records.stream import customer_rows
from commerce.records.tenants import find_tenant
from features.catalogue import CATALOGUE
from features.evaluating.python_evaluator import evaluate_rows

ROUNDS = 200
_WORDS = ("seller_id", "product_id")


@dataclass(frozen=True)
class Cost:
    """Milliseconds, medians of many: to evaluate the catalogue, and to fetch the rows."""

    evaluating: float
    fetching: float


def online_cost(engine: Engine, year: pa.Table, events: int) -> Cost:
    """Measure a customer with so many events: those of several simulated customers put together.

    Parameters
    ----------
    engine : Engine
        The record store of the simulated year; gets the customer.
    year : pyarrow Table
        As :func:`benchmarks.features.stream.simulated_year` gives it.
    events : int
        How many the customer has.

    Returns
    -------
    Cost
    """
    cutoff, customer = to_micros(END), uuid.uuid4()
    chosen = year.filter(pc.is_valid(year["customer_id"])).sort_by("customer_id").slice(0, events)
    with writing(engine) as connection:
        tenant = find_tenant(connection, TENANT)
        _record(connection, tenant.id, customer, chosen.to_pylist())
    with reading(engine) as connection:
        rows = customer_rows(connection, tenant.id, customer, cutoff)
        assert len(rows) == chosen.num_rows, "every event must be admitted"
        return Cost(
            evaluating=_median_ms(lambda: evaluate_rows(rows, cutoff, CATALOGUE)),
            fetching=_median_ms(lambda: customer_rows(connection, tenant.id, customer, cutoff)),
        )


def _record(
    connection: Connection, tenant_id: int, customer: uuid.UUID, rows: list[dict[str, Any]]
) -> None:
    """Record the events of one customer."""
    person = {
        "tenant_id": tenant_id,
        "id": customer,
        "number": 1_000_000 + len(rows),
        "created_at": END,
    }
    connection.execute(sa.insert(schema.customer), [person])
    events = [
        {
            **{name: value for name, value in row.items() if name != "id"},
            **{name: row[name] and uuid.UUID(row[name]) for name in _WORDS},
            "tenant_id": tenant_id,
            "customer_id": customer,
            "ingested_at": 0,
            "amount_minor": row["base_minor"],
            "currency": None if row["base_minor"] is None else "EUR",
            "source_key": f"{customer}-{place}",
        }
        for place, row in enumerate(rows)
    ]
    connection.execute(sa.insert(schema.event), events)


def _median_ms(act: Callable[[], object]) -> float:
    """The median of many times, after a first one."""
    act()
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        act()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken) * 1e3
