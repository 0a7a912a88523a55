"""API keys over HTTP: shown once, narrowed by scopes, ended by themselves, rotated, revoked."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from tests.serving.rest.people import Person, Shops

from commerce.records import schema


def issued(shops: Shops, **more: Any) -> tuple[str, Person]:
    """A key of acme's admin, and who shows it."""
    answer = shops.admin.post("/api/keys/", {"name": "till", "role": "admin", **more})
    assert answer.status_code == 201, answer.text
    body = answer.json()
    return body["id"], Person(shops.anonymous.client, {"X-API-Key": body["key"]})


def test_a_key_alone_tells_the_shop_and_is_shown_once(shops: Shops) -> None:
    key_id, till = issued(shops)
    assert till.get("/api/customers").json()["count"] == 2
    bearer = Person(till.client, {"Authorization": f"Bearer {till.headers['X-API-Key']}"})
    assert bearer.get("/api/customers").status_code == 200
    secret = till.headers["X-API-Key"].partition(".")[2]
    shown = shops.admin.get("/api/keys").text + shops.admin.get(f"/api/keys/{key_id}").text
    with shops.engine.connect() as connection:
        kept = str(connection.execute(select(schema.api_key)).all())
    assert secret not in shown + kept
    assert till.headers["X-API-Key"].partition(".")[0] in shown


def test_a_scope_opens_what_it_says_and_nothing_else(shops: Shops) -> None:
    _, reader = issued(shops, scopes=["customers:read"])
    assert reader.get("/api/customers").status_code == 200
    refused = reader.post("/api/customers", {"full_name": "Jane"})
    assert refused.status_code == 403
    assert refused.json()["detail"] == (
        "credential must have the scope customers:write; got one with customers:read."
        " Ask an admin for a wider key."
    )
    assert reader.get("/api/users").status_code == 403
    unknown = shops.admin.post("/api/keys", {"name": "x", "role": "admin", "scopes": ["all"]})
    assert (unknown.status_code, unknown.json()["field"]) == (422, "scopes")


def test_a_narrow_key_makes_no_wider_one(shops: Shops) -> None:
    wide, _ = issued(shops)
    _, narrow = issued(shops, scopes=["keys:write", "keys:read"])
    for scopes in (None, ["customers:read"]):
        more = narrow.post("/api/keys", {"name": "x", "role": "admin", "scopes": scopes})
        assert (more.status_code, more.json()["field"]) == (403, "scopes")
    assert narrow.post(f"/api/keys/{wide}/rotate").status_code == 403
    fine = {"name": "x", "role": "admin", "scopes": ["keys:read"]}
    assert narrow.post("/api/keys", fine).status_code == 201


def test_a_key_ends_is_rotated_and_is_revoked(shops: Shops) -> None:
    _, ends = issued(shops, expires_at="2026-03-01T13:00:00Z")
    key_id, till = issued(shops)
    assert [who.get("/api/customers").status_code for who in (ends, till)] == [200, 200]
    shops.clock.pass_by(minutes=61)
    assert ends.get("/api/customers").status_code == 401
    admin = shops.log_in(shops.tenant("acme"), shops.admin.actor)
    new = admin.post(f"/api/keys/{key_id}/rotate").json()["key"]
    assert till.get("/api/customers").status_code == 401
    fresh = Person(till.client, {"X-API-Key": new})
    assert fresh.get("/api/customers").status_code == 200
    assert admin.delete(f"/api/keys/{key_id}").status_code == 204
    assert fresh.get("/api/customers").status_code == 401
    naive = {"name": "x", "role": "admin", "expires_at": "2027-01-01T00:00:00"}
    assert admin.post("/api/keys", naive).status_code == 422


def test_a_key_of_another_shop_is_refused_here(shops: Shops) -> None:
    _, till = issued(shops)
    spoofed = till.get("/api/customers", headers={"X-Tenant-ID": "other"})
    assert spoofed.status_code == 403
    assert shops.of("other")["admin"].get("/api/keys").json()["count"] == 0
