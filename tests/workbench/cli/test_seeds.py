"""`bellwether seed`: a sample shop, the same each time, that can be scored at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select
from tests.tenants import NOW

from commerce.records import schema
from commerce.records.actors import SYSTEM
from commerce.records.database import connect, reading
from commerce.records.tenants import find_tenant
from commerce.records.work import looking
from serving.predict.profiles import list_profiles
from workbench.cli import group


def bellwether(home: Path, *arguments: str) -> Result:
    environ = {"BELLWETHER_HOME": str(home), "DATABASE_URL": None}
    return CliRunner().invoke(group, list(arguments), env=environ)


def records(home: Path, slug: str) -> dict[str, list[tuple[Any, ...]]]:
    """What a shop has, but for when it came in."""
    engine = connect(f"sqlite:///{home}/data/records.db")
    found = {}
    with reading(engine) as connection:
        tenant = find_tenant(connection, slug).id
        for table in (schema.customer, schema.orders, schema.payment, schema.event):
            shown = [
                each for each in table.c if each.name not in ("id", "tenant_id", "ingested_at")
            ]
            own = select(*shown).where(table.c.tenant_id == tenant)
            found[table.name] = sorted(map(tuple, connection.execute(own)), key=repr)
    engine.dispose()
    return found


def test_so_many_customers_have_orders_and_payments(tmp_path: Path) -> None:
    done = bellwether(tmp_path, "seed", "--count", "12", "--tenant", "acme", "--tenant", "beta")
    assert done.exit_code == 0, done.output
    assert [line.split(",")[0] for line in done.stdout.splitlines()[:2]] == [
        "  tenant acme: 12 customers",
        "  tenant beta: 12 customers",
    ]
    engine = connect(f"sqlite:///{tmp_path}/data/records.db")
    with reading(engine) as connection:
        for slug in ("acme", "beta"):
            own = find_tenant(connection, slug).id
            for table in (schema.orders, schema.payment):
                buyers = select(func.count(schema.orders.c.customer_id.distinct()))
                if table is schema.payment:
                    paid = schema.payment.c.order_id == schema.orders.c.id
                    buyers = buyers.join(schema.payment, paid)
                assert connection.scalar(buyers.where(schema.orders.c.tenant_id == own)) == 12
    engine.dispose()


@pytest.mark.parametrize("count", ["9", "51", "-1"])
def test_fewer_than_ten_or_more_than_fifty_are_refused(tmp_path: Path, count: str) -> None:
    refused = bellwether(tmp_path, "seed", "--count", count)
    assert refused.exit_code == 2
    assert f"count must be 10 to 50; got {count}. For another number of customers: " in (
        refused.output
    )
    assert not (tmp_path / "data").exists()


def test_the_same_seed_gives_the_same_records_and_another_gives_others(tmp_path: Path) -> None:
    homes = []
    for place, seed in enumerate(("3", "3", "4")):
        homes.append(tmp_path / str(place))
        assert bellwether(homes[-1], "seed", "--count", "10", "--seed", seed).exit_code == 0
    first, again, other = (records(home, "sample") for home in homes)
    assert first == again != other
    assert all(first.values())
    twice = bellwether(homes[0], "seed", "--count", "10", "--seed", "3")
    assert "nothing to do: tenant sample holds this very shop already" in twice.output
    mixed = bellwether(homes[0], "seed", "--count", "11", "--seed", "3")
    assert (mixed.exit_code, "must have no other records" in mixed.output) == (2, True)
    assert records(homes[0], "sample") == first


def test_every_customer_of_a_seeded_shop_has_one_current_score_with_its_features(
    tmp_path: Path,
) -> None:
    assert bellwether(tmp_path, "seed", "--count", "12").exit_code == 0
    for _ in range(2):
        assert "  12 customers of sample scored" in bellwether(tmp_path, "recompute-scores").output
    engine = connect(f"sqlite:///{tmp_path}/data/records.db")
    with reading(engine) as connection:
        tenant = find_tenant(connection, "sample")
    with looking(engine, tenant, SYSTEM, now=NOW) as work:
        everybody = set(work.connection.scalars(select(schema.customer.c.id)))
        profiles = list_profiles(work).rows
    engine.dispose()
    assert len(profiles) == 12
    assert {each.customer_id for each in profiles} == everybody
    for each in profiles:
        assert 300 <= each.score <= 1000
        assert each.band in "ABCDE"
        assert each.features["delivered_orders"] is not None
    assert len({each.score for each in profiles}) > 3
