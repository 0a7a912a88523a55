"""An answer that is given while rows are being recorded: it comes out the same once they are."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from tests.importing.shops import NOW, Shop, micros

from commerce.records import schema
from commerce.records.database import reading, writing
from commerce.records.stream import NewEvent, customer_rows
from commerce.records.tenants import find_tenant, observe
from importing.engine.logbook import SourceFile
from importing.engine.tenancy import plan_tenant
from importing.engine.writing import Writer

AS_OF = datetime(2011, 4, 1, tzinfo=UTC)
LATE = micros("2011-02-01")


def test_what_is_computed_during_an_import_still_stands_after_it(postgres_shop: Shop) -> None:
    engine = postgres_shop.engine
    postgres_shop.sell(
        "c,t,a\nann,2011-01-01,10\nbob,2011-03-01,5\n",
        customer="c",
        time="t",
        amount="a",
        currency="EUR",
    )
    with reading(engine) as connection:
        tenant = find_tenant(connection, "acme")
        ann = connection.execute(
            select(schema.customer.c.id).where(schema.customer.c.external_id == "ann")
        ).scalar_one()
        plan = plan_tenant(connection, "acme", currency=None, zone=None)
    answers: list[list[tuple[Any, ...]]] = []
    recorded, asked = threading.Event(), threading.Event()

    def answer() -> None:
        recorded.wait(20)
        with writing(engine) as connection:
            asked.set()
            observe(connection, tenant, AS_OF)
            answers.append(customer_rows(connection, tenant.id, ann, micros("2011-04-01")))

    asker = threading.Thread(target=answer)
    asker.start()
    file = SourceFile("transactions", postgres_shop.write("late"), {})
    with Writer(engine, plan, file, now=NOW) as writer, writer.session() as session:
        late = NewEvent(
            "order.placed",
            LATE,
            session.recorded(LATE, None),
            "late",
            customer_id=ann,
            amount_minor=100,
            currency="EUR",
            base_minor=100,
            quantity=1,
            value=1,
        )
        recorded.set()
        assert asked.wait(20)
        # without the hold the answer is given here, from rows that lack the late one
        asker.join(0.5)
        session.emit(late)
    asker.join(20)
    with reading(engine) as connection:
        again = customer_rows(connection, tenant.id, ann, micros("2011-04-01"))
    assert answers == [again]
