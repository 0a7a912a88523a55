"""The conservation law."""

import threading
from dataclasses import replace

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from tests.conftest import make_tenant

from commerce.database import reading, writing
from commerce.errors import LedgerError
from commerce.ledger import Posting, account_for, balance, post, post_many
from commerce.stream import NewEvent, append
from commerce.tenants import Tenant


def opened(engine: Engine) -> tuple[Tenant, int, int, int]:
    """Give a tenant with a wallet holding ten, the world outside, and an event to post under."""
    tenant = make_tenant(engine)
    with writing(engine) as connection:
        event = append(connection, tenant, [NewEvent("stock.low", 0, 0, "opening")], ingested_at=0)[
            0
        ]
        wallet = account_for(connection, tenant, "EUR", "wallet", "ada")
        world = account_for(connection, tenant, "EUR", "external")
        post(connection, tenant, Posting(event, "EUR", world, wallet, 10))
    return tenant, wallet, world, event


def test_what_leaves_one_account_arrives_in_another(any_engine: Engine) -> None:
    tenant, wallet, world, event = opened(any_engine)
    with writing(any_engine) as connection:
        post(connection, tenant, Posting(event, "EUR", wallet, world, 4))
        assert balance(connection, tenant, wallet) == 6
        assert balance(connection, tenant, world) == -6
        kept = connection.execute(
            text("SELECT balance FROM account WHERE id = :id"), {"id": wallet}
        ).scalar_one()
        assert kept == 6


def test_an_account_cannot_give_what_it_does_not_hold(any_engine: Engine) -> None:
    tenant, wallet, world, event = opened(any_engine)
    with pytest.raises(LedgerError, match="must hold"), writing(any_engine) as connection:
        post(connection, tenant, Posting(event, "EUR", wallet, world, 11))
    with reading(any_engine) as connection:
        assert balance(connection, tenant, wallet) == 10


@pytest.mark.parametrize("amount", [0, -1])
def test_a_posting_moves_a_positive_amount(engine: Engine, amount: int) -> None:
    tenant, wallet, world, event = opened(engine)
    with writing(engine) as connection, pytest.raises(LedgerError, match="positive amount"):
        post_many(connection, tenant, [Posting(event, "EUR", wallet, world, amount)])


def test_many_postings_keep_balances_as_single_ones_do(any_engine: Engine) -> None:
    tenant, wallet, world, event = opened(any_engine)
    with writing(any_engine) as connection:
        sales = account_for(connection, tenant, "EUR", "sales")
        post_many(
            connection,
            tenant,
            [
                Posting(event, "EUR", world, sales, 100),
                Posting(event, "EUR", wallet, sales, 3),
                Posting(event, "EUR", sales, world, 50),
            ],
        )
        assert balance(connection, tenant, wallet) == 7
        assert balance(connection, tenant, sales) == 53


def test_thirty_threads_cannot_take_more_than_ten(any_engine: Engine) -> None:
    tenant, wallet, world, event = opened(any_engine)
    taken: list[int] = []

    def take() -> None:
        try:
            with writing(any_engine) as connection:
                post(connection, tenant, Posting(event, "EUR", wallet, world, 1))
            taken.append(1)
        except LedgerError:
            taken.append(0)

    threads = [threading.Thread(target=take) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(taken), sum(taken)) == (30, 10)
    with reading(any_engine) as connection:
        assert balance(connection, tenant, wallet) == 0


@pytest.mark.parametrize("table", ["event", "posting", "payment_event"])
@pytest.mark.parametrize("change", ["UPDATE {} SET tenant_id = tenant_id", "DELETE FROM {}"])
def test_facts_can_neither_be_changed_nor_deleted(
    any_engine: Engine, table: str, change: str
) -> None:
    tenant, _, _, event = opened(any_engine)
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
    tenant, wallet, world, event = opened(engine)
    stranger = replace(tenant, id=make_tenant(engine, "other").id)
    with (
        pytest.raises(DBAPIError, match="FOREIGN KEY"),
        writing(engine) as connection,
    ):
        post(connection, stranger, Posting(event, "EUR", world, wallet, 1))
