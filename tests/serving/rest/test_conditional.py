"""ETags: what is unchanged is not sent again, and a tag says nothing about what somebody else reads."""

from __future__ import annotations

from tests.serving.rest.people import Shops

LIST = "/api/credit-profiles"
"""The same empty list for whoever asks."""


def test_what_is_unchanged_is_not_sent_again(shops: Shops) -> None:
    first = shops.admin.get("/api/customers")
    tag = first.headers["etag"]
    again = shops.admin.get("/api/customers", headers={"If-None-Match": f'"x", W/{tag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    assert "content-type" not in again.headers
    assert "private" in again.headers["cache-control"]
    assert "Authorization" in again.headers["vary"]
    shops.admin.post("/api/customers", {"full_name": "Jane"})
    changed = shops.admin.get("/api/customers", headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.json()["count"] == first.json()["count"] + 1


def test_the_same_answer_has_another_tag_for_every_shop_and_role(shops: Shops) -> None:
    readers = [*shops.of("acme").values(), *shops.of("other").values()]
    answers = [person.get(LIST) for person in readers]
    assert len({answer.text for answer in answers}) == 1
    tags = [answer.headers["etag"] for answer in answers]
    assert len(set(tags)) == len(readers)
    for person in readers:
        for tag in tags:
            answer = person.get(LIST, headers={"If-None-Match": tag})
            own = tag == tags[readers.index(person)]
            assert answer.status_code == (304 if own else 200)


def test_only_what_was_read_has_a_tag(shops: Shops) -> None:
    assert "etag" not in shops.admin.post("/api/customers", {"full_name": "Jane"}).headers
    assert "etag" not in shops.anonymous.get("/api/customers").headers
    assert "etag" not in shops.anonymous.get("/livez").headers
