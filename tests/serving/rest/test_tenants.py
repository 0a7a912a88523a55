"""Shops over HTTP, as a superadmin runs them."""

from __future__ import annotations

from tests.serving.rest.people import PASSWORD, Shops

NEW = {"slug": "clocks", "currency": "GBP", "zone": "Europe/London", "name": "Clocks"}


def test_a_shop_is_opened_with_rules_and_lets_its_first_admin_in(shops: Shops) -> None:
    body = {**NEW, "domain": "clocks.example", "settings": {"fee_bp": 250}}
    made = shops.superadmin.post("/api/tenants/", body)
    assert made.status_code == 201, made.text
    assert (made.json()["slug"], made.json()["settings"]) == ("clocks", {"fee_bp": 250})
    assert shops.superadmin.post("/api/tenants", NEW).status_code == 409
    taken = shops.superadmin.post("/api/tenants", {**body, "slug": "more"})
    assert (taken.status_code, taken.json()["detail"][:15]) == (409, "domain must be ")
    there = {"X-Tenant-ID": "clocks"}
    grace = {"username": "grace", "password": PASSWORD, "role": "admin"}
    assert shops.superadmin.post("/api/users", grace, headers=there).status_code == 201
    login = {"username": "grace", "password": PASSWORD}
    assert shops.anonymous.post("/api/token", login).status_code == 200


def test_a_closed_shop_lets_nobody_in_and_keeps_its_records(shops: Shops) -> None:
    other = shops.of("other")["admin"]
    assert other.get("/api/customers").status_code == 200
    assert shops.superadmin.delete("/api/tenants/other").status_code == 204
    assert other.get("/api/customers").status_code == 401
    login = {"username": "admin", "password": PASSWORD, "tenant": "other"}
    assert shops.anonymous.post("/api/token", login).status_code == 401
    listed = shops.superadmin.get("/api/tenants").json()
    assert [(each["slug"], each["closed_at"] is None) for each in listed["results"]] == [
        ("acme", True),
        ("other", False),
    ]
    assert shops.superadmin.post("/api/tenants/other/reopen").json()["closed_at"] is None
    assert other.get("/api/customers").json()["count"] == 2


def test_a_shop_changes_in_what_may_change(shops: Shops) -> None:
    changed = shops.superadmin.patch("/api/tenants/acme", {"name": "Acme Clocks"})
    assert changed.json()["name"] == "Acme Clocks"
    wrong = shops.superadmin.patch("/api/tenants/acme", {"currency": "USD"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "currency")
    rules = shops.superadmin.patch("/api/tenants/acme", {"settings": {"fees": 1}})
    assert rules.status_code == 422
    assert "Did you mean fee_bp?" in rules.json()["detail"]


def test_whether_there_is_a_shop_is_no_business_of_an_admins(shops: Shops) -> None:
    said = {shops.admin.get(f"/api/tenants/{slug}").text[:200] for slug in ("other", "nowhere")}
    assert len({each.partition('"request_id"')[0] for each in said}) == 1
    assert shops.superadmin.get("/api/tenants/nowhere").status_code == 404
