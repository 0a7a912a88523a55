"""Shops: a superadmin opens, changes and closes them; a closed one lets nobody in."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, select

from commerce import shops
from commerce.people import credentials, users
from commerce.people.passwords import hash_password
from commerce.records import schema
from commerce.records.actors import SYSTEM, Actor
from commerce.records.database import reading
from commerce.records.errors import Conflict, Forbidden, RecordError, TenantConflict, TenantNotFound
from commerce.records.tenants import Tenant
from commerce.records.work import working

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
ROOT = Actor("superadmin")


def opened(engine: Engine, slug: str = "acme", domain: str | None = None) -> Tenant:
    return shops.open_shop(
        engine, ROOT, slug, zone="Europe/Berlin", currency="EUR", domain=domain, now=NOW
    )


def events(engine: Engine) -> list[tuple[str, str | None]]:
    with reading(engine) as connection:
        query = select(schema.event.c.type, schema.event.c.reason).order_by(schema.event.c.id)
        return [tuple(row) for row in connection.execute(query)]


def test_a_shop_opens_with_a_domain_and_rules_of_its_own(any_engine: Engine) -> None:
    shops.open_shop(
        any_engine,
        ROOT,
        "acme",
        zone="Europe/Berlin",
        currency="EUR",
        name="Acme",
        domain="Shop.Acme.example",
        settings={"fee_bp": 250},
        now=NOW,
    )
    with reading(any_engine) as connection:
        tenant = shops.find_by_domain(connection, "SHOP.acme.example")
    assert (tenant.slug, tenant.clock_mode) == ("acme", "wall")
    with working(any_engine, tenant, ROOT, now=NOW) as work:
        assert work.policy.fee_bp == 250
    (shop,) = shops.list_shops(any_engine, ROOT)
    assert (shop.name, shop.domain, shop.created_at) == ("Acme", "shop.acme.example", NOW)
    assert events(any_engine) == [("tenant.created", None)]


def test_a_domain_leads_to_one_shop(any_engine: Engine) -> None:
    opened(any_engine, "acme", "acme.example")
    opened(any_engine, "other")
    with pytest.raises(Conflict, match="domain must be new"):
        opened(any_engine, "third", "ACME.example")
    with pytest.raises(Conflict, match="domain must be new"):
        shops.change_shop(any_engine, ROOT, "other", {"domain": "acme.example"}, now=NOW)
    assert [each.tenant.slug for each in shops.list_shops(any_engine, ROOT)] == ["acme", "other"]
    with reading(any_engine) as connection, pytest.raises(TenantNotFound):
        shops.find_by_domain(connection, "nowhere.example")


@pytest.mark.parametrize("domain", ["", "http://acme.example", "acme.example/", "a b", "a..b"])
def test_what_is_no_host_name_is_refused(engine: Engine, domain: str) -> None:
    with pytest.raises(RecordError, match="domain must be a host name"):
        opened(engine, "acme", domain)
    assert shops.list_shops(engine, ROOT) == []


def test_changes_are_checked_and_told_by_name(any_engine: Engine) -> None:
    opened(any_engine)
    changed = shops.change_shop(
        any_engine, ROOT, "acme", {"settings": {"return_days": 14}, "name": "Acme"}, now=NOW
    )
    assert changed.settings == {"return_days": 14}
    for changes, sentence in (
        ({"settings": {"return_dayz": 14}}, "Did you mean return_days"),
        ({"currency": "USD"}, "got currency"),
    ):
        with pytest.raises(RecordError, match=sentence):
            shops.change_shop(any_engine, ROOT, "acme", changes, now=NOW)
    assert events(any_engine)[1:] == [("tenant.changed", "name"), ("tenant.changed", "settings")]


def test_settings_of_nothing_are_the_usual_rules(engine: Engine) -> None:
    opened(engine)
    shops.change_shop(engine, ROOT, "acme", {"settings": {"return_days": 14}}, now=NOW)
    changed = shops.change_shop(engine, ROOT, "acme", {"settings": None}, now=NOW)
    assert changed.settings == {}


def test_no_change_is_none_and_is_not_told(engine: Engine) -> None:
    before = opened(engine)
    told = events(engine)
    assert shops.change_shop(engine, ROOT, "acme", {}, now=NOW) == before
    assert events(engine) == told


@pytest.mark.parametrize("role", ["user", "seller", "delivery", "admin"])
def test_only_a_superadmin_runs_shops(engine: Engine, role: str) -> None:
    opened(engine)
    actor = Actor(role)  # type: ignore[arg-type]
    with pytest.raises(Forbidden):
        shops.open_shop(engine, actor, "new", zone="UTC", currency="EUR", now=NOW)
    with pytest.raises(Forbidden):
        shops.change_shop(engine, actor, "acme", {"name": "Mine"}, now=NOW)
    with pytest.raises(Forbidden):
        shops.close_shop(engine, actor, "acme", now=NOW)
    with pytest.raises(Forbidden):
        shops.reopen_shop(engine, actor, "acme", now=NOW)
    with pytest.raises(Forbidden):
        shops.list_shops(engine, actor)
    assert events(engine) == [("tenant.created", None)]


def test_a_closed_shop_lets_nobody_in_and_keeps_its_records(any_engine: Engine) -> None:
    tenant = opened(any_engine, domain="acme.example")
    with pytest.raises(TenantConflict):
        opened(any_engine)
    with working(any_engine, tenant, SYSTEM, now=NOW) as work:
        users.create(work, "root", hash_password("correct horse"), role="admin")
    for _ in range(2):
        shops.close_shop(any_engine, ROOT, "acme", now=NOW)
    with pytest.raises(RecordError, match="tenant must be open"):
        credentials.authenticate(any_engine, tenant, "root", "correct horse", now=NOW)
    with (
        pytest.raises(RecordError, match="tenant must be open"),
        working(any_engine, tenant, SYSTEM, now=NOW),
    ):
        pass
    with reading(any_engine) as connection, pytest.raises(TenantNotFound):
        shops.find_by_domain(connection, "acme.example")
    assert shops.list_shops(any_engine, ROOT)[0].tenant.closed_at == NOW
    for _ in range(2):
        shops.reopen_shop(any_engine, SYSTEM, "acme", now=NOW)
    assert (
        credentials.authenticate(any_engine, tenant, "root", "correct horse", now=NOW).role
        == "admin"
    )
    assert events(any_engine) == [
        ("tenant.created", None),
        ("user.created", None),
        ("tenant.closed", None),
        ("tenant.changed", "reopened"),
    ]
