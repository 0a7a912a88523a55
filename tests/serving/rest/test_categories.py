"""Categories over HTTP: a tree that closes no circle."""

from __future__ import annotations

from tests.serving.rest.goods import made, statements_of
from tests.serving.rest.people import Shops


def category(shops: Shops, name: str, parent: str | None = None) -> str:
    """A new category's id."""
    made_id: str = made(shops.admin, "/api/categories/", {"name": name, "parent": parent})["id"]
    return made_id


def test_the_tree_lists_each_after_what_it_is_in(shops: Shops) -> None:
    home = category(shops, "Home")
    category(shops, "Attic")
    category(shops, "Mugs", category(shops, "Kitchen", home))
    listed = shops.buyer.get("/api/categories/").json()
    assert [(each["name"], each["depth"]) for each in listed["results"]] == [
        ("Attic", 0), ("Home", 0), ("Kitchen", 1), ("Mugs", 2)
    ]  # fmt: skip
    assert shops.of("other")["admin"].get("/api/categories").json()["count"] == 0


def test_a_category_never_ends_up_inside_itself(shops: Shops) -> None:
    home = category(shops, "Home")
    mugs = category(shops, "Mugs", home)
    for inside in (home, mugs):
        refused = shops.admin.patch(f"/api/categories/{home}", {"parent_id": inside})
        assert refused.status_code == 409
        assert refused.json()["detail"].startswith("category must not be inside itself")
    assert shops.admin.patch(f"/api/categories/{mugs}", {"parent": None}).json()["depth"] == 0


def test_a_change_leaves_what_is_left_out_and_a_replacement_takes_it_away(shops: Shops) -> None:
    home = category(shops, "Home")
    path = f"/api/categories/{category(shops, 'Mugs', home)}"
    renamed = shops.admin.patch(path, {"name": "Cups"}).json()
    assert (renamed["name"], renamed["parent_id"]) == ("Cups", home)
    replaced = shops.admin.put(path, {"name": "Jugs"}).json()
    assert (replaced["name"], replaced["parent_id"]) == ("Jugs", None)
    assert shops.admin.get(path).json() == replaced
    taken = shops.admin.patch(path, {"name": "Home"})
    assert (taken.status_code, shops.admin.get(path).json()["name"]) == (409, "Jugs")
    assert shops.admin.patch(path, {"name": ""}).json()["field"] == "name"


def test_a_list_takes_as_many_statements_at_50_rows_as_at_5(shops: Shops) -> None:
    counts = []
    for number in range(50):
        category(shops, f"Category {number}")
        if number + 1 in (5, 50):
            counts.append(statements_of(shops, shops.buyer, "/api/categories?page_size=100"))
    assert counts[0] == counts[1] < 5
