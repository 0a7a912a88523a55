"""A tenant is removed whole, and no other loses a row."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import DBAPIError
from tests.importing.files import importing
from tests.importing.shops import Shop

from commerce.records import removal, schema
from commerce.records.database import reading, writing
from commerce.records.errors import TenantNotFound
from commerce.records.tenants import Tenant, find_tenant
from serving.schema import TABLES


def tenant_of(engine: Engine, slug: str) -> Tenant:
    with reading(engine) as connection:
        return find_tenant(connection, slug)


def rows_of(engine: Engine, tenant: Tenant) -> dict[str, list[str]]:
    with reading(engine) as connection:
        return {
            table.name: sorted(
                map(repr, connection.execute(select(table).where(table.c.tenant_id == tenant.id)))
            )
            for table in removal.tables_of_tenants(*TABLES)
        }


def two_shops(engine: Engine, folder: Path) -> Shop:
    for slug in ("acme", "other"):
        (folder / slug).mkdir()
        for kind in ("transactions", "bids"):
            importing(kind, engine, folder / slug, tenant=slug)()
    return Shop(engine, folder)


def test_all_rows_of_a_tenant_go_and_none_of_another(any_engine: Engine, tmp_path: Path) -> None:
    shop = two_shops(any_engine, tmp_path)
    gone, stays = tenant_of(any_engine, "acme"), tenant_of(any_engine, "other")
    before = rows_of(any_engine, stays)
    removal.remove_tenant(any_engine, gone, *TABLES)
    assert rows_of(any_engine, stays) == before
    assert not any(rows_of(any_engine, gone).values())
    with pytest.raises(TenantNotFound):
        tenant_of(any_engine, "acme")
    assert shop.findings() == []
    for table in (schema.event, schema.posting, schema.payment_event, schema.bid):
        with pytest.raises(DBAPIError, match="append-only"), writing(any_engine) as connection:
            connection.execute(table.delete().where(table.c.tenant_id == stays.id))


def test_a_removal_that_was_cut_short_is_completed_by_the_next(
    any_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_shops(any_engine, tmp_path)
    gone = tenant_of(any_engine, "acme")
    with monkeypatch.context() as patch:
        tables = removal.tables_of_tenants(*TABLES)
        half = [*tables[: len(tables) // 2], None]
        patch.setattr(removal, "tables_of_tenants", lambda *also: half)
        with pytest.raises(AttributeError):
            removal.remove_tenant(any_engine, gone, *TABLES)
    removal.remove_tenant(any_engine, tenant_of(any_engine, "acme"), *TABLES)
    assert not any(rows_of(any_engine, gone).values())
