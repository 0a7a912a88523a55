"""What came of decisions on credit, counted by hand and on a simulated shop."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert
from tests.commerce.simulated import NOW, SMALL, TENANT

from analytics.credit import Invoice, KeptDecision, credit_outcomes, invoices_of
from commerce.records import schema
from commerce.records.database import reading, writing
from commerce.records.instants import DAY, from_micros, to_micros
from commerce.records.stream import NewEvent, append
from commerce.records.tenants import Tenant, find_tenant
from simulation import simulate

ANN, BEN, CAT = (uuid.UUID(int=number) for number in (1, 2, 3))
FIRST = to_micros(datetime(2026, 1, 1, tzinfo=UTC))


def decision(customer: uuid.UUID, day: int, band: str, risk: float, action: str) -> KeptDecision:
    return KeptDecision(customer, from_micros(FIRST + day * DAY), band, risk, action)


def invoice(
    customer: uuid.UUID, day: int, amount: int, *, defaulted: bool | None = False, still: int = 0
) -> Invoice:
    issued = FIRST + day * DAY
    name = f"{customer.int}-{day}"
    return Invoice(name, customer, issued, issued + 14 * DAY, amount, defaulted, still)


def test_an_invoice_belongs_to_the_latest_decision_before_it() -> None:
    decisions = [
        decision(ANN, 0, "A", 0.02, "approve"),
        decision(BEN, 0, "A", 0.04, "approve"),
        decision(CAT, 0, "D", 0.5, "refuse"),
        decision(ANN, 10, "B", 0.1, "approve"),
        decision(ANN, 10, "C", 0.2, "approve"),
        decision(ANN, 13, "D", 0.9, "refuse"),
    ]
    invoices = [
        invoice(ANN, 0, 100),
        invoice(ANN, 9, 200),
        invoice(ANN, 12, 400, defaulted=True, still=300),
        invoice(BEN, 3, 50, defaulted=None, still=50),
        invoice(CAT, 5, 900, defaulted=True, still=0),
        invoice(CAT, 61, 70),
    ]
    found = {(each.action, each.band): each for each in credit_outcomes(invoices, decisions)}
    assert list(found) == [
        ("approve", "A"),
        ("approve", "C"),
        ("refuse", "D"),
        ("undecided", None),
    ]
    best = found["approve", "A"]
    assert (best.decisions, best.invoices, best.sold_minor, best.lost_minor) == (2, 3, 350, 0)
    assert (best.known, best.defaulted) == (1, 0)
    assert best.predicted == pytest.approx(0.03)
    worse = found["approve", "C"]
    assert (worse.known, worse.defaulted, worse.lost_minor) == (1, 1, 300)
    assert worse.observed is not None
    assert worse.observed.low > 0.2
    assert worse.predicted == 0.2
    refused = found["refuse", "D"]
    assert (refused.sold_minor, refused.defaulted, refused.lost_minor) == (900, 1, 0)
    assert (found["undecided", None].sold_minor, found["undecided", None].predicted) == (70, None)


def bill(number: int, event_type: str, day: float, amount: int) -> NewEvent:
    at = FIRST + round(day * DAY)
    return NewEvent(
        type=event_type,
        occurred_at=at,
        recorded_at=at,
        source_key=f"{number}:{event_type}:{day}",
        customer_id=None if number < 0 else ANN,
        aggregate_type="invoice",
        aggregate_id=f"{number:032x}",
        due_at=FIRST + 14 * DAY if event_type == "invoice.issued" else None,
        amount_minor=amount,
        currency="EUR",
        base_minor=amount,
    )


def test_an_invoice_is_not_paid_if_it_is_open_thirty_days_past_due(
    engine: Engine, acme: Tenant
) -> None:
    row = {"tenant_id": acme.id, "id": ANN, "number": 1, "created_at": from_micros(FIRST)}
    events = [bill(number, "invoice.issued", 0, 1000) for number in range(1, 5)]
    events += [
        bill(1, "invoice.paid", 43.9, 1000),
        bill(2, "invoice.paid", 44.1, 1000),
        bill(3, "invoice.credited", 20, 400),
        bill(3, "invoice.paid", 60, 100),
    ]
    with writing(engine) as connection:
        connection.execute(insert(schema.customer), row)
        append(connection, acme, sorted(events, key=lambda each: each.recorded_at), ingested_at=0)

    def known(day: float) -> list[tuple[bool | None, int]]:
        as_of = from_micros(FIRST) + timedelta(days=day)
        with reading(engine) as connection:
            found = invoices_of(connection, acme.id, as_of)
        return [(each.defaulted, each.open_minor) for each in found]

    assert known(30) == [(None, 1000), (None, 1000), (None, 600), (None, 1000)]
    assert known(44) == [(False, 0), (None, 1000), (None, 600), (None, 1000)]
    assert known(70) == [(False, 0), (True, 0), (True, 500), (True, 1000)]


def test_every_invoice_of_a_shop_is_counted_once(engine: Engine, tmp_path: Path) -> None:
    simulate(engine, TENANT, SMALL, now=NOW, truth_folder=tmp_path)
    with reading(engine) as connection:
        tenant = find_tenant(connection, TENANT)
        invoices = invoices_of(connection, tenant.id, NOW)
    middle = from_micros(sorted(each.issued_at for each in invoices)[len(invoices) // 2])
    customers = sorted({each.customer_id for each in invoices})
    decisions = [
        KeptDecision(each, middle, "AB"[each.int % 2], 0.1, "approve") for each in customers
    ]
    found = credit_outcomes(invoices, decisions)
    assert sum(each.invoices for each in found) == len(invoices) > 100
    assert sum(each.sold_minor for each in found) == sum(each.amount_minor for each in invoices)
    assert [(each.action, each.band) for each in found][-1] == ("undecided", None)
    assert sum(each.defaulted for each in found) > 0
