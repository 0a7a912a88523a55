"""Products over HTTP: listed, found, changed, approved, taken away; variants, prices and brands."""

from __future__ import annotations

import pytest
from tests.serving.rest.goods import made, mug, statements_of
from tests.serving.rest.people import Shops

NEW = {"name": "Mug", "variants": [{"sku": "MUG", "price": "19.99", "low_stock_at": 2}]}


def test_a_seller_or_staff_lists_a_product_and_a_sku_is_taken_once_in_a_shop(shops: Shops) -> None:
    answer = shops.admin.post("/api/products/", NEW)
    assert answer.status_code == 201, answer.text
    (variant,) = answer.json()["variants"]
    assert {name: variant[name] for name in ("sku", "price", "currency", "low_stock_at")} == {
        "sku": "MUG", "price": "19.99", "currency": "EUR", "low_stock_at": 2
    }  # fmt: skip
    again = shops.seller.post("/api/products/", NEW)
    assert again.status_code == 409
    assert again.json()["detail"] == "SKU must be new; got 'MUG', which is taken. Choose another."
    assert shops.of("other")["seller"].post("/api/products/", NEW).status_code == 201
    short = made(shops.seller, "/api/products", {"name": "Pen", "sku": "PEN", "price": 0.5})
    assert [(each["sku"], each["price"]) for each in short["variants"]] == [("PEN", "0.50")]


@pytest.mark.parametrize("price", ["19.999", 5.001, "-1", "NaN", "ten"])
def test_a_price_is_exact_in_its_currency(shops: Shops, price: object) -> None:
    refused = shops.admin.post("/api/products", {"name": "Pen", "sku": "PEN", "price": price})
    assert (refused.status_code, refused.json()["field"]) == (422, "price")
    assert shops.admin.get("/api/products").json()["count"] == 0


def test_a_product_has_a_name(shops: Shops) -> None:
    path = f"/api/products/{mug(shops)['id']}"
    for body in ({"name": None}, {"name": " "}, {"name": "x" * 201}):
        refused = shops.seller.patch(path, body)
        assert (refused.status_code, refused.json()["field"]) == (422, "name")
    assert shops.seller.put(path, {"description": "Blue"}).status_code == 422
    assert shops.seller.get(path).json()["name"] == "Mug"


def test_a_change_leaves_what_is_left_out_and_a_replacement_takes_it_away(shops: Shops) -> None:
    path = f"/api/products/{mug(shops, description='Blue')['id']}"
    changed = shops.seller.patch(path, {"name": "Cup"}).json()
    assert (changed["name"], changed["description"]) == ("Cup", "Blue")
    replaced = shops.seller.put(path, {"name": "Jug"}).json()
    assert (replaced["name"], replaced["description"], len(replaced["variants"])) == (
        "Jug",
        None,
        1,
    )
    for field in ("seller_id", "status", "ratings_sum", "number"):
        refused = shops.seller.patch(path, {field: 1})
        assert (refused.status_code, refused.json()["field"]) == (422, field)


def test_what_was_on_sale_is_kept_and_what_never_was_is_gone(shops: Shops) -> None:
    sold = f"/api/products/{mug(shops)['id']}"
    assert shops.seller.delete(sold).status_code == 204
    assert shops.seller.delete(sold).status_code == 204
    assert shops.buyer.get(sold).status_code == 404
    assert shops.seller.get(sold).json()["status"] == "retired"
    assert made(shops.seller, f"{sold}/relist", None)["status"] == "approved"
    new = f"/api/products/{made(shops.seller, '/api/products', NEW)['id']}"
    assert shops.seller.delete(new).status_code == 204
    assert shops.admin.get(new).status_code == 404
    assert made(shops.seller, "/api/products", NEW)["variants"][0]["sku"] == "MUG"


def test_what_something_refers_to_is_not_deleted(shops: Shops) -> None:
    new = f"/api/products/{made(shops.seller, '/api/products', NEW)['id']}"
    shops.seller.patch(new, {"name": "Cup"})
    refused = shops.seller.delete(new)
    assert refused.status_code == 409
    assert "product.approved" in refused.json()["allowed"]
    assert shops.seller.get(new).json()["variants"]


def test_a_sellers_product_is_seen_by_buyers_once_an_admin_approved_it(shops: Shops) -> None:
    path = f"/api/products/{made(shops.seller, '/api/products', NEW)['id']}"
    assert shops.buyer.get(path).status_code == 404
    assert shops.buyer.get("/api/products").json()["count"] == 0
    assert shops.seller.post(f"{path}/approve").status_code == 403
    refused = shops.admin.post(f"{path}/reject", {"reason": "counterfeit"}).json()
    assert refused["status"] == "rejected"
    assert made(shops.seller, f"{path}/submit", None)["status"] == "submitted"
    assert made(shops.admin, f"{path}/approve", None)["status"] == "approved"
    again = shops.admin.post(f"{path}/approve")
    assert (again.status_code, again.json()["allowed"]) == (
        409, ["product.changed", "product.retired"]
    )  # fmt: skip
    assert shops.buyer.get("/api/products").json()["count"] == 1


def test_variants_are_added_and_change_their_price(shops: Shops) -> None:
    product = mug(shops)
    path = f"/api/products/{product['id']}/variants"
    both = made(shops.seller, path, {"sku": "BIG", "price": "30"})
    assert {each["price"] for each in both["variants"]} == {"20.00", "30.00"}
    variant = f"/api/variants/{product['variants'][0]['id']}"
    cheaper = shops.seller.patch(variant, {"price": "0"}).json()
    assert {each["price"] for each in cheaper["variants"]} == {"0.00", "30.00"}
    strangers = shops.of("other")["admin"].patch(variant, {"price": "1"})
    assert strangers.status_code == 404


def test_a_list_is_narrowed_by_words_price_category_brand_and_stock(shops: Shops) -> None:
    home = made(shops.admin, "/api/categories", {"name": "Home"})["id"]
    mugs = made(shops.admin, "/api/categories", {"name": "Mugs", "parent_id": home})["id"]
    brand = made(shops.admin, "/api/brands", {"name": "Tick"})["id"]
    made(shops.admin, f"/api/brands/{brand}/approve", None)
    admin = shops.admin
    made(admin, "/api/products", {"name": "Red mug", "sku": "R", "price": "5", "category": mugs})
    blue = {"name": "Blue mug", "sku": "B", "price": "15", "brand": brand, "category": home}
    (variant,) = made(admin, "/api/products", blue)["variants"]
    made(admin, "/api/inventory/receive", {"variant_id": variant["id"], "quantity": 3})
    for asked, names in {
        "": ["Red mug", "Blue mug"],
        "?ordering=name": ["Blue mug", "Red mug"],
        "?search=BLUE": ["Blue mug"],
        "?search=%25": [],
        "?search='%20OR%201=1--": [],
        f"?category_id={home}": ["Red mug", "Blue mug"],
        f"?category_id={mugs}": ["Red mug"],
        f"?brand_id={brand}": ["Blue mug"],
        "?min_price=15": ["Blue mug"],
        "?max_price=14.99": ["Red mug"],
        "?min_price=5&max_price=15": ["Red mug", "Blue mug"],
        "?in_stock=true": ["Blue mug"],
        "?min_rating=1": [],
        "?status=retired": [],
    }.items():
        found = shops.buyer.get(f"/api/products{asked}").json()
        assert [each["name"] for each in found["results"]] == names, asked
        assert found["count"] == len(names)
    for wrong in ("ordering=age", "min_price=1.001", "min_rating=6", "page_size=101"):
        refused = shops.buyer.get(f"/api/products?{wrong}")
        assert (refused.status_code, refused.json()["field"]) == (422, wrong.partition("=")[0])


def test_a_page_stays_in_its_shop_and_its_order(shops: Shops) -> None:
    for number in range(5):
        mug(shops, name=f"Mug {number}")
    other = shops.of("other")
    made(other["admin"], "/api/products", NEW)
    first = shops.buyer.get("/api/products?page_size=3").json()
    second = shops.buyer.get(first["next"]).json()
    names = [each["name"] for page in (first, second) for each in page["results"]]
    assert (first["count"], names) == (5, [f"Mug {number}" for number in range(5)])
    assert other["buyer"].get("/api/products").json()["count"] == 1


def test_a_seller_uses_own_approved_brands_on_own_products(shops: Shops) -> None:
    ours = made(shops.admin, "/api/brands", {"name": "House"})["id"]
    waiting = made(shops.admin, "/api/products", {**NEW, "brand_id": None})
    path = f"/api/product/products/{waiting['id']}/assign-brand/"
    assert shops.admin.patch(path, {"brand_id": ours}).status_code == 409
    assert shops.admin.post("/api/products", {"name": "Jug", "brand": ours}).status_code == 409
    made(shops.admin, f"/api/brands/{ours}/approve", None)
    assert shops.admin.patch(path, {"brand_id": ours}).json()["brand_id"] == ours
    assert shops.seller.patch(path, {"brand_id": None}).status_code == 404
    theirs = f"/api/product/products/{mug(shops)['id']}/assign-brand/"
    assert shops.seller.patch(theirs, {"brand_id": ours}).status_code == 404
    refused = shops.seller.post("/api/products", {"name": "Jug", "brand_id": ours})
    assert (refused.status_code, refused.json()["detail"][:16]) == (404, "brand must exist")


def test_a_list_takes_as_many_statements_at_50_rows_as_at_5(shops: Shops) -> None:
    counts = []
    for number in range(50):
        made(shops.admin, "/api/products", {"name": "Mug", "sku": f"M{number}", "price": "1"})
        if number + 1 in (5, 50):
            counts.append(statements_of(shops, shops.buyer, "/api/products?page_size=100"))
    assert counts[0] == counts[1] < 8
