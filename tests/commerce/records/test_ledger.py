"""The conservation law."""

import threading
from dataclasses import replace

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from tests.tenants import make_tenant

from commerce.records.database import reading, writing
from commerce.records.errors import InsufficientFunds, LedgerError
from commerce.records.ledger import SALES, WORLD, Account, Transfer, balance, post
from commerce.records.stream import NewEvent, append
from commerce.records.tenants import Tenant

ADA = Account("wallet", "ada")


def euros(source: Account, target: Account, amount: int) -> Transfer:
    """A movement of euro cents."""
    return Transfer("EUR", source, target, amount)


def opened(engine: Engine) -> tuple[Tenant, int]:
    """Give a tenant where Ada's wallet holds ten, and an event to post under."""
    tenant = make_tenant(engine)
    with writing(engine) as connection:
        (event,) = append(
            connection, tenant, [NewEvent("stock.low", 0, 0, "opening")], ingested_at=0
        )
        post(connection, tenant, [(event, euros(WORLD, ADA, 10))])
    return tenant, event


def test_what_leaves_one_account_arrives_in_another(any_engine: Engine) -> None:
    tenant, event = opened(any_engine)
    with writing(any_engine) as connection:
        post(connection, tenant, [(event, euros(ADA, WORLD, 4))])
        assert balance(connection, tenant, "EUR", ADA) == 6
        assert balance(connection, tenant, "EUR", WORLD) == -6
        assert balance(connection, tenant, "EUR", Account("wallet", "nobody")) == 0


def test_an_account_cannot_give_what_it_does_not_hold(any_engine: Engine) -> None:
    tenant, event = opened(any_engine)
    with (
        pytest.raises(
            InsufficientFunds, match="wallet must hold what is taken from it; got 11 EUR"
        ),
        writing(any_engine) as connection,
    ):
        post(connection, tenant, [(event, euros(ADA, WORLD, 11))])
    with reading(any_engine) as connection:
        assert balance(connection, tenant, "EUR", ADA) == 10


@pytest.mark.parametrize("transfer", [euros(ADA, WORLD, -1), euros(ADA, ADA, 1)])
def test_a_transfer_moves_a_positive_amount_between_two_accounts(
    engine: Engine, transfer: Transfer
) -> None:
    tenant, event = opened(engine)
    with writing(engine) as connection, pytest.raises(LedgerError, match="positive amount"):
        post(connection, tenant, [(event, transfer)])


def test_what_an_earlier_transfer_brings_a_later_one_may_take(any_engine: Engine) -> None:
    tenant, event = opened(any_engine)
    bob = Account("wallet", "bob")
    with writing(any_engine) as connection:
        post(
            connection,
            tenant,
            [
                (event, euros(WORLD, SALES, 100)),
                (event, euros(ADA, bob, 9)),
                (event, euros(bob, SALES, 7)),
                (event, euros(SALES, WORLD, 50)),
            ],
        )
        held = [balance(connection, tenant, "EUR", place) for place in (ADA, bob, SALES, WORLD)]
        assert held == [1, 2, 57, -60]


def test_thirty_threads_cannot_take_more_than_ten(any_engine: Engine) -> None:
    tenant, event = opened(any_engine)
    taken: list[int] = []

    def take() -> None:
        try:
            with writing(any_engine) as connection:
                post(connection, tenant, [(event, euros(ADA, WORLD, 1))])
            taken.append(1)
        except InsufficientFunds:
            taken.append(0)

    threads = [threading.Thread(target=take) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(taken), sum(taken)) == (30, 10)
    with reading(any_engine) as connection:
        assert balance(connection, tenant, "EUR", ADA) == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE account SET balance = 1000 WHERE balance = 10",
        "UPDATE account SET balance = 1000, last_posting_id = 999 WHERE balance = 10",
        "UPDATE account SET balance = 20, last_posting_id = last_posting_id WHERE balance = 10",
    ],
)
def test_a_balance_moves_with_a_posting_or_not_at_all(any_engine: Engine, statement: str) -> None:
    opened(any_engine)
    with (
        pytest.raises(DBAPIError, match="must move with a posting"),
        writing(any_engine) as connection,
    ):
        connection.execute(text(statement))


def test_a_posting_moves_both_balances_whoever_writes_it(any_engine: Engine) -> None:
    tenant, event = opened(any_engine)
    with writing(any_engine) as connection:
        post(connection, tenant, [(event, euros(ADA, Account("wallet", "bob"), 1))])
        connection.execute(
            text(
                "INSERT INTO posting"
                " (tenant_id, event_id, asset, debit_account_id, credit_account_id, amount)"
                " SELECT ada.tenant_id, :event, 'EUR', ada.id, bob.id, 5"
                " FROM account ada, account bob WHERE ada.key = 'ada' AND bob.key = 'bob'"
            ),
            {"event": event},
        )
        assert balance(connection, tenant, "EUR", ADA) == 4
        assert balance(connection, tenant, "EUR", Account("wallet", "bob")) == 6


@pytest.mark.parametrize("table", ["event", "posting", "payment_event"])
@pytest.mark.parametrize("change", ["UPDATE {} SET tenant_id = tenant_id", "DELETE FROM {}"])
def test_facts_can_neither_be_changed_nor_deleted(
    any_engine: Engine, table: str, change: str
) -> None:
    tenant, event = opened(any_engine)
    with writing(any_engine) as connection:
        connection.execute(
            text(
                "INSERT INTO payment (tenant_id, id, status, amount_minor, currency, created_at)"
                " VALUES (:tenant, '00000000000000000000000000000001', 'succeeded', 1, 'EUR', 0)"
            ),
            {"tenant": tenant.id},
        )
        connection.execute(
            text(
                "INSERT INTO payment_event"
                " (tenant_id, payment_id, event_id, type, amount_minor, occurred_at) VALUES"
                " (:tenant, '00000000000000000000000000000001', :event, 'captured', 1, 0)"
            ),
            {"tenant": tenant.id, "event": event},
        )
    with pytest.raises(DBAPIError, match="append-only"), writing(any_engine) as connection:
        connection.execute(text(change.format(table)))


def test_another_tenants_account_is_out_of_reach(engine: Engine) -> None:
    tenant, event = opened(engine)
    stranger = replace(tenant, id=make_tenant(engine, "other").id)
    with (
        pytest.raises(InsufficientFunds),
        writing(engine) as connection,
    ):
        post(connection, stranger, [(event, euros(ADA, WORLD, 1))])
    with (
        pytest.raises(DBAPIError, match="FOREIGN KEY"),
        writing(engine) as connection,
    ):
        post(connection, stranger, [(event, euros(WORLD, ADA, 1))])
