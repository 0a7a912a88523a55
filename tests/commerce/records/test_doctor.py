"""The doctor finds each fault that is planted, and nothing in healthy records."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, create_engine, insert, text
from tests.commerce.simulated import TENANT, simulated_file
from tests.tenants import make_tenant

from commerce.records import schema
from commerce.records.bulk import insert_rows
from commerce.records.database import connect, reading, writing
from commerce.records.doctor import examine
from commerce.records.ledger import WORLD, Account, Transfer, post
from commerce.records.stream import NewEvent, append
from commerce.records.tenants import find_tenant


@pytest.fixture(scope="module")
def healthy(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record store in which everything adds up, with a wallet in it."""
    path = simulated_file(migrated_file, tmp_path_factory.mktemp("healthy"))
    engine = connect(f"sqlite:///{path}")
    with writing(engine) as connection:
        tenant = find_tenant(connection, TENANT)
        number = append(connection, tenant, [NewEvent("stock.low", 1, 1, "gift")], ingested_at=1)[0]
        transfer = Transfer("EUR", WORLD, Account("wallet", "ada"), 10)
        post(connection, tenant, [(number, transfer)])
    engine.dispose()
    return path


@pytest.fixture
def patient(healthy: Path, tmp_path: Path) -> Iterator[Engine]:
    """A copy that lets everything be done to it: no keys, no checks, no triggers."""
    shutil.copy(healthy, tmp_path / "patient.db")
    engine = create_engine(f"sqlite:///{tmp_path / 'patient.db'}")
    with engine.begin() as connection:
        triggers = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
        for (name,) in triggers.all():
            connection.execute(text(f"DROP TRIGGER {name}"))
    yield engine
    engine.dispose()


FAULTS = {
    "balances": "UPDATE account SET balance = balance + 1 WHERE kind = 'wallet'",
    "negative": (
        "UPDATE account SET balance = -10 WHERE kind = 'wallet';"
        " UPDATE posting SET debit_account_id = credit_account_id, credit_account_id ="
        " debit_account_id WHERE credit_account_id IN (SELECT id FROM account WHERE kind = 'wallet')"
    ),
    "assets": "UPDATE posting SET asset = 'USD' WHERE id = (SELECT max(id) FROM posting)",
    "money": "DELETE FROM posting WHERE id = 1",
    "postings": "UPDATE posting SET amount = amount + 1 WHERE id = 1",
    "losses": "UPDATE payment_event SET type = 'payment.charged_back', amount_minor = 1000000000"
    " WHERE id = (SELECT max(id) FROM payment_event)",
    "unheard": "INSERT INTO provider_record (tenant_id, reference, kind, document)"
    """ SELECT id, 'a call', 'provider_call_aside', '{"subject": "1190"}' FROM tenant""",
    "payments": "UPDATE payment_event SET amount_minor = amount_minor + 1 WHERE id = 1",
    "totals": "UPDATE order_line SET amount_minor = amount_minor + 1 WHERE rowid = 1",
    "orders": "UPDATE event SET aggregate_id = 'lost' WHERE type = 'order.placed' AND id ="
    " (SELECT min(id) FROM event WHERE type = 'order.placed')",
    "invoices": "UPDATE invoice SET amount_minor = amount_minor + 1 WHERE rowid = 1",
    "overpaid": "UPDATE event SET amount_minor = 99999999, base_minor = 99999999 WHERE id ="
    " (SELECT min(id) FROM event WHERE type = 'invoice.paid')",
    "overcaptured": "UPDATE payment_event SET amount_minor = amount_minor + 99999999 WHERE id ="
    " (SELECT min(id) FROM payment_event WHERE type = 'payment.captured')",
    "sequence": "UPDATE event SET occurred_at = occurred_at - 86400000000000 WHERE id ="
    " (SELECT min(id) FROM event WHERE type = 'order.completed')",
    "promises": "UPDATE orders SET status = 'cancelled'; UPDATE delivery SET status = 'shipped'",
    "clocks": "UPDATE event SET recorded_at = occurred_at - 1 WHERE id = 1",
    "backfills": "INSERT INTO backfill (tenant_id, event_id, number, recorded_at)"
    " SELECT tenant_id, id, 1, occurred_at - 1 FROM event WHERE id = 1",
    "amounts": "UPDATE event SET currency = NULL WHERE id ="
    " (SELECT min(id) FROM event WHERE type = 'order.placed')",
    "types": "UPDATE event SET type = 'order.vanished' WHERE id = 1",
    "instants": "UPDATE orders SET placed_at = '2025-03-01 10:00:00' WHERE rowid = 1",
    "whole": "UPDATE order_line SET quantity = 1.5 WHERE rowid = 1",
    "orphans": "DELETE FROM orders WHERE rowid = 1",
}


def plant(engine: Engine, fault: str) -> None:
    with engine.begin() as connection:
        connection.execute(text("PRAGMA ignore_check_constraints = ON"))
        for statement in fault.split(";"):
            connection.execute(text(statement))


def test_nothing_is_found_in_healthy_records(patient: Engine) -> None:
    with reading(patient) as connection:
        assert examine(connection) == []


@pytest.mark.parametrize("rule", FAULTS)
def test_a_planted_fault_is_found(patient: Engine, rule: str) -> None:
    plant(patient, FAULTS[rule])
    with reading(patient) as connection:
        found = {finding.rule: finding for finding in examine(connection)}
    assert rule in found
    assert found[rule].count >= 1
    assert found[rule].examples
    assert found[rule].tenant == TENANT
    assert " must " in str(found[rule])


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        (
            "UPDATE event SET base_minor = NULL WHERE amount_minor IS NOT NULL AND id < 40",
            "amounts",
        ),
        ("UPDATE event SET amount_minor = -1 WHERE type = 'order.placed'", "amounts"),
        ("UPDATE event SET due_at = NULL WHERE type = 'invoice.issued'", "types"),
        ("UPDATE event SET customer_id = NULL WHERE type = 'invoice.issued'", "types"),
        ("UPDATE event SET occurred_at = -5 WHERE id = 1", "instants"),
        ("UPDATE tenant SET id = 9", "orphans"),
        ("UPDATE invoice SET due_at = due_at + 1 WHERE rowid = 1", "invoices"),
        ("DELETE FROM product", "orphans"),
        ("UPDATE event SET product_id = 'feed' WHERE type = 'order.line'", "orphans"),
    ],
)
def test_other_faces_of_a_fault_are_found(patient: Engine, fault: str, rule: str) -> None:
    plant(patient, fault)
    with reading(patient) as connection:
        assert rule in {finding.rule for finding in examine(connection)}


def test_a_fault_of_one_tenant_is_not_blamed_on_another(patient: Engine, engine: Engine) -> None:
    other = make_tenant(patient, "acme")
    plant(patient, FAULTS["types"])
    with reading(patient) as connection:
        assert examine(connection, other) == []
        assert {finding.tenant for finding in examine(connection)} == {TENANT}


def test_at_most_five_examples_are_shown(patient: Engine) -> None:
    plant(patient, "UPDATE event SET type = 'order.vanished' WHERE id <= 9")
    with reading(patient) as connection:
        found = next(each for each in examine(connection) if each.rule == "types")
    assert found.count == 9
    assert len(found.examples) == 5
    assert str(found).endswith(", ...")


def test_an_order_that_keeps_more_than_its_total_is_found(any_engine: Engine) -> None:
    tenant = make_tenant(any_engine)
    order, payment = UUID(int=1), UUID(int=2)
    money: dict[str, Any] = {"currency": "EUR", "customer_id": None}
    with writing(any_engine) as connection:
        for table, columns, row in (
            (
                "orders",
                ("id", "number", "status", "total_minor", "currency"),
                (order, 1, "placed", 5, "EUR"),
            ),
            (
                "payment",
                ("id", "order_id", "status", "amount_minor", "currency", "created_at"),
                (payment, order, "succeeded", 5, "EUR", 1),
            ),
        ):
            insert_rows(connection, table, ("tenant_id", *columns), [(tenant.id, *row)])
        happened = [("order.placed", 5), ("payment.captured", 5), ("payment.captured", 1)]
        happened += [("payment.refunded", 1)]
        for place, (kind, amount) in enumerate(happened):
            paid = kind != "order.placed"
            whose: dict[str, Any] = {"aggregate_type": "payment" if paid else "order"}
            whose["aggregate_id"] = (payment if paid else order).hex
            event = NewEvent(
                kind, 1, 1, str(place), amount_minor=amount, base_minor=amount, **money, **whose
            )
            if place == 3:
                assert [each.rule for each in examine(connection, tenant)] == ["overcaptured"]
            number = append(connection, tenant, [event], ingested_at=1)[0]
            told = (tenant.id, payment, number, kind, amount, 1)
            names = ("tenant_id", "payment_id", "event_id", "type", "amount_minor", "occurred_at")
            insert_rows(connection, "payment_event", names, [told] if paid else [])
        assert examine(connection, tenant) == []


def test_the_rules_run_on_postgresql_too(postgres_engine: Engine) -> None:
    tenant = make_tenant(postgres_engine)
    with writing(postgres_engine) as connection:
        event = NewEvent(
            "payment.captured", 1, 1, "one", amount_minor=5, currency="EUR", base_minor=5
        )
        append(connection, tenant, [event], ingested_at=1)
        assert examine(connection, tenant) == []
        connection.execute(
            text(
                "INSERT INTO orders (tenant_id, id, number, status, total_minor, currency)"
                " VALUES (:tenant, gen_random_uuid(), 1, 'placed', 5, 'EUR')"
            ),
            {"tenant": tenant.id},
        )
        assert [finding.rule for finding in examine(connection, tenant)] == ["orders"]


@pytest.mark.parametrize("late", [None, 1])
def test_a_promise_that_outlives_its_order_is_found(any_engine: Engine, late: int | None) -> None:
    tenant, order, delivery = make_tenant(any_engine), uuid4(), uuid4()
    here = {"tenant_id": tenant.id}
    customer = uuid4()
    events = [
        NewEvent("order.placed", 1, 1, "a", customer, aggregate_type="order", amount_minor=0,
                 aggregate_id=order.hex, currency="EUR", base_minor=0),
        NewEvent("order.cancelled", 2, 2, "b", customer, aggregate_type="order", aggregate_id=order.hex),
    ]  # fmt: skip
    withdrawn = NewEvent(
        "delivery.withdrawn",
        2,
        2,
        "c",
        customer,
        aggregate_type="delivery",
        aggregate_id=delivery.hex,
    )
    if late is not None:
        events.append(withdrawn._replace(occurred_at=2 + late, recorded_at=2 + late))
    with writing(any_engine) as connection:
        connection.execute(
            insert(schema.customer).values(id=customer, number=1, created_at=0, **here)
        )
        connection.execute(insert(schema.orders).values(
            id=order, number=1, customer_id=customer, status="cancelled", total_minor=0, currency="EUR",
            **here))  # fmt: skip
        connection.execute(
            insert(schema.delivery).values(id=delivery, order_id=order, status="available", **here)
        )
        append(connection, tenant, events, ingested_at=9)
        assert [finding.rule for finding in examine(connection, tenant)] == ["promises"]
        if late is None:
            append(connection, tenant, [withdrawn], ingested_at=9)
            assert examine(connection, tenant) == []
