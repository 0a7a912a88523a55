"""Users over HTTP: an admin manages those of the own shop, and nobody more."""

from __future__ import annotations

from tests.serving.rest.people import PASSWORD, Shops

GRACE = {"username": "grace", "password": PASSWORD, "email": "grace@example.com"}


def test_an_admin_makes_users_of_the_own_shop_and_no_superadmin(shops: Shops) -> None:
    made = shops.admin.post("/api/users/", GRACE)
    assert made.status_code == 201, made.text
    assert (made.json()["role"], made.json()["active"]) == ("user", True)
    assert "password" not in made.text
    assert shops.admin.post("/api/users", GRACE).status_code == 409
    assert shops.of("other")["admin"].get(f"/api/users/{made.json()['id']}").status_code == 404
    for role, status in (("superadmin", 403), ("system", 422), ("king", 422)):
        more = {**GRACE, "username": role, "role": role}
        assert shops.admin.post("/api/users", more).status_code == status
    short = shops.admin.post("/api/users", {**GRACE, "username": "x", "password": "short"})
    assert (short.status_code, short.json()["field"]) == (422, "password")
    assert "short" not in short.text.replace("shortest", "")


def test_a_role_changes_by_an_admin_and_never_by_oneself(shops: Shops) -> None:
    path = f"/api/users/{shops.buyer.actor.user_id}"
    assert shops.buyer.patch(path, {"role": "admin"}).status_code == 403
    assert shops.admin.patch(path, {"role": "seller"}).json()["role"] == "seller"
    mine = f"/api/users/{shops.admin.actor.user_id}"
    assert shops.admin.patch(mine, {"active": False}).status_code == 409
    root = f"/api/users/{shops.superadmin.actor.user_id}"
    assert shops.admin.patch(root, {"role": "user"}).status_code == 403
    assert shops.admin.delete(root).status_code == 403


def test_who_is_kept_from_logging_in_is_out_and_may_come_back(shops: Shops) -> None:
    path = f"/api/users/{shops.buyer.actor.user_id}"
    login = {"username": "buyer", "password": PASSWORD, "tenant": "acme"}
    assert shops.buyer.get("/api/users/me").json()["username"] == "buyer"
    assert shops.admin.delete(path).status_code == 204
    assert shops.buyer.get("/api/users/me").status_code == 401
    assert shops.anonymous.post("/api/token", login).status_code == 401
    assert shops.admin.patch(path, {"active": True}).json()["active"] is True
    assert shops.anonymous.post("/api/token", login).status_code == 200
    assert shops.buyer.get("/api/users/me").status_code == 401


def test_who_does_not_run_the_shop_sees_itself_alone(shops: Shops) -> None:
    listed = shops.buyer.get("/api/users").json()["results"]
    assert [each["username"] for each in listed] == ["buyer"]
    assert shops.admin.get("/api/users?page_size=2").json()["count"] == 6
