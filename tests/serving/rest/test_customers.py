"""Customers over HTTP: what the existing clients send, pages, changes, erasure, notes."""

from __future__ import annotations

from uuid import UUID

from tests.serving.rest.people import Shops

JANE = {"full_name": "Jane Doe", "email": "jane@example.com", "phone": "+123456789"}


def test_a_customer_is_registered_by_the_body_that_clients_send(shops: Shops) -> None:
    made = shops.admin.post("/api/customers/", JANE)
    assert made.status_code == 201, made.text
    jane = made.json()
    assert UUID(jane["id"])
    assert {name: jane[name] for name in JANE} == JANE
    again = shops.admin.post("/api/customers/", JANE)
    assert again.status_code == 409
    assert again.json()["detail"].startswith(
        "e-mail address or external id must be new; got 'jane@"
    )
    elsewhere = shops.people["other"]["admin"].post("/api/customers/", JANE)
    assert elsewhere.status_code == 201


def test_a_name_and_a_country_will_do(shops: Shops) -> None:
    made = shops.admin.post("/api/customers", {"name": "Jane Doe", "country": "DE"}).json()
    assert (made["full_name"], made["country"]) == ("Jane Doe", "DE")


def test_a_field_that_nobody_may_set_is_refused_by_name(shops: Shops) -> None:
    for field in ("id", "number", "tenant_id", "erased_at"):
        refused = shops.admin.post("/api/customers", {**JANE, field: 1})
        assert (refused.status_code, refused.json()["field"]) == (422, field)


def test_a_broken_e_mail_address_is_422_and_its_field_named(shops: Shops) -> None:
    refused = shops.admin.post("/api/customers", {"email": "jane"})
    assert (refused.status_code, refused.json()["field"]) == (422, "email")
    assert refused.headers["content-type"] == "application/problem+json"


def test_a_list_has_this_shops_rows_in_pages_of_a_stable_order(shops: Shops) -> None:
    for number in range(5):
        shops.admin.post("/api/customers", {"full_name": f"Jane {number}"})
    first = shops.admin.get("/api/customers?page_size=3&search=jane")
    body = first.json()
    assert (body["count"], body["previous"]) == (5, None)
    assert [each["full_name"] for each in body["results"]] == ["Jane 0", "Jane 1", "Jane 2"]
    assert f'<{body["next"]}>; rel="next"' in first.headers["link"]
    second = shops.admin.get(body["next"]).json()
    assert [each["full_name"] for each in second["results"]] == ["Jane 3", "Jane 4"]
    assert (second["next"], second["previous"] is None) == (None, False)
    turned = shops.admin.get("/api/customers?search=jane&ordering=-full_name").json()
    assert [each["full_name"][-1] for each in turned["results"]] == list("43210")
    wrong = shops.admin.get("/api/customers?ordering=age")
    assert (wrong.status_code, wrong.json()["field"]) == (422, "ordering")
    assert shops.admin.get("/api/customers?page_size=101").status_code == 422
    theirs = shops.people["other"]["admin"].get("/api/customers").json()
    assert theirs["count"] == 2


def test_a_customer_sees_itself_alone(shops: Shops) -> None:
    listed = shops.buyer.get("/api/customers").json()
    assert [each["id"] for each in listed["results"]] == [str(shops.buyer.actor.customer_id)]
    strangers = f"/api/customers/{shops.stranger.actor.customer_id}"
    nobodys = "/api/customers/6f1c2c5e-6d0e-5d0c-9f52-0b6b5f6d1b0a"
    for path in (strangers, nobodys):
        assert shops.buyer.get(path).status_code == 404


def test_an_id_is_a_uuid_a_number_or_the_shops_own(shops: Shops) -> None:
    jane = shops.admin.post("/api/customers", {"external_id": "J-1"}).json()
    for key in (jane["id"], f"number:{jane['number']}", "J-1"):
        assert shops.admin.get(f"/api/customers/{key}/").json()["id"] == jane["id"]
    missing = shops.admin.get("/api/customers/not-a-uuid/")
    assert missing.status_code == 404
    assert missing.json()["detail"] == "customer must exist; got 'not-a-uuid'. Check the id."


def test_a_change_leaves_what_is_left_out_and_a_replacement_takes_it_away(shops: Shops) -> None:
    path = f"/api/customers/{shops.admin.post('/api/customers', JANE).json()['id']}"
    changed = shops.admin.patch(path, {"phone": "+49"}).json()
    assert (changed["phone"], changed["email"]) == ("+49", JANE["email"])
    replaced = shops.admin.put(path, {"full_name": "Jane"}).json()
    assert (replaced["full_name"], replaced["phone"], replaced["email"]) == ("Jane", None, None)
    placed = shops.admin.put(f"{path}/location", {"latitude": 52.5, "longitude": 13.4}).json()
    assert (placed["latitude"], placed["longitude"]) == (52.5, 13.4)
    off = shops.admin.put(f"{path}/location", {"latitude": 91, "longitude": 13.4})
    assert (off.status_code, off.json()["field"]) == (422, "latitude")


def test_an_erased_customer_keeps_its_names_and_nothing_personal(shops: Shops) -> None:
    path = f"/api/customers/{shops.admin.post('/api/customers', JANE).json()['id']}"
    assert shops.admin.delete(path).status_code == 204
    left = shops.admin.get(path).json()
    assert left["erased_at"]
    assert not any(left[name] for name in JANE)
    assert shops.admin.patch(path, {"phone": "+49"}).status_code == 409


def test_a_note_has_author_and_time_and_goes_with_its_customer(shops: Shops) -> None:
    buyer = f"/api/customers/{shops.buyer.actor.customer_id}"
    made = shops.admin.post(f"{buyer}/add_note/", {"note": "Likes clocks."})
    assert made.status_code == 201
    note = made.json()
    assert (note["body"], note["author_id"]) == ("Likes clocks.", str(shops.admin.actor.user_id))
    assert shops.admin.get(f"{buyer}/notes").json()["results"] == [note]
    assert shops.admin.put(f"{buyer}/notes", {"body": "x"}).status_code == 405
    assert shops.buyer.get(f"{buyer}/notes").status_code == 404
    shops.admin.delete(buyer)
    assert shops.admin.get(f"{buyer}/notes").json()["results"] == []


def test_a_request_that_is_sent_again_is_answered_as_the_first_time(shops: Shops) -> None:
    key = {"Idempotency-Key": "k1"}
    first = shops.admin.post("/api/customers", JANE, headers=key)
    assert shops.admin.post("/api/customers", JANE, headers=key).json() == first.json()
    assert shops.admin.get("/api/customers?search=jane").json()["count"] == 1
    other = shops.admin.post("/api/customers", {"full_name": "Joe"}, headers=key)
    assert other.status_code == 409
    assert "idempotency key must come with the same request" in other.json()["detail"]
