"""Pictures over HTTP: sent, refused, listed, put in order, taken away, and given out for ever."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import Engine
from tests.serving.media.files import picture
from tests.serving.rest.goods import behind, mug, statements_of
from tests.serving.rest.people import Person, Shops, open_shops

from commerce.catalogue import images


def send(person: Person, product: Any, data: bytes, name: str = "mug.png") -> httpx.Response:
    """Send a picture as a form does."""
    path = f"/api/products/{product['id']}/upload-image/"
    return person.request("POST", path, files={"image": (name, data)})


def kept(person: Person, product: Any, shade: int, side: int = 40) -> Any:
    """A picture that was kept."""
    answer = send(person, product, picture(side, side, colour=(shade, 0, 0)))
    assert answer.status_code == 201, answer.text
    return answer.json()


def listed(person: Person, product: Any) -> list[str]:
    """The ids of a product's pictures."""
    found = person.get(f"/api/products/{product['id']}/images").json()
    return [each["id"] for each in found["results"]]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_kept_in_the_sizes_of_the_shop(shops: Shops, kind: str) -> None:
    product = mug(shops)
    answer = send(shops.seller, product, picture(4000, 1000, kind=kind))
    assert answer.status_code == 201, answer.text
    sizes = answer.json()["sizes"]
    assert [(each["width"], each["height"]) for each in sizes] == [
        (160, 40),
        (640, 160),
        (1600, 400),
    ]
    assert answer.json()["url"] == sizes[-1]["url"]
    assert listed(shops.buyer, product) == [answer.json()["id"]]


def test_a_form_may_say_file_and_must_send_one(shops: Shops) -> None:
    path = f"/api/products/{mug(shops)['id']}/upload-image"
    sent = shops.seller.request("POST", path, files={"file": ("a", picture(5, 5))})
    assert sent.status_code == 201
    none = shops.seller.request("POST", path)
    assert (none.status_code, none.json()["field"]) == (422, "image")


def test_another_kind_of_file_is_415_whatever_its_name_and_a_large_one_413(shops: Shops) -> None:
    product = mug(shops)
    for data in (b"<svg onload=alert(1)>", b"%PDF-1.7", b"", picture(90, 90)[:-300]):
        refused = send(shops.seller, product, data, "mug.png")
        assert (refused.status_code, refused.json()["status"]) == (415, 415), data[:9]
    bomb = picture(20_000, 20_000, mode="1", kind="PNG", colour=0)
    for data in (b"\xff\xd8\xff" + bytes(5_000_000), bytes(10_000_001), bomb):
        assert send(shops.seller, product, data).status_code == 413
    assert listed(shops.seller, product) == []


def test_who_does_not_sell_it_sends_no_picture_of_it(shops: Shops) -> None:
    product = mug(shops)
    for person in (shops.buyer, shops.courier, shops.of("other")["admin"]):
        assert send(person, product, picture(5, 5)).status_code == 404
    assert send(shops.anonymous, product, picture(5, 5)).status_code == 401


def test_the_same_picture_is_kept_once(shops: Shops) -> None:
    product = mug(shops)
    kept(shops.seller, product, 1)
    again = send(shops.seller, product, picture(40, 40, colour=(1, 0, 0)))
    assert (again.status_code, len(listed(shops.seller, product))) == (409, 1)


def test_of_ten_files_the_bad_one_is_reported_and_the_others_kept(shops: Shops) -> None:
    product = mug(shops)
    files = [("files", (f"{n}.png", picture(9, 9, colour=(n * 25, 0, 0)))) for n in range(9)]
    files.insert(4, ("files", ("notes.png", b"hello")))
    answer = shops.seller.request("POST", f"/api/products/{product['id']}/images/", files=files)
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert [each["name"] for each in body["refused"]] == ["notes.png"]
    assert body["refused"][0]["detail"].startswith("picture must be a JPEG, PNG or WebP file")
    assert [each["position"] for each in body["kept"]] == list(range(1, 10))
    assert listed(shops.buyer, product) == [each["id"] for each in body["kept"]]


def test_pictures_are_put_in_order_and_taken_away(shops: Shops) -> None:
    product = mug(shops)
    one, two, three = (kept(shops.seller, product, shade)["id"] for shade in (10, 120, 240))
    path = f"/api/products/{product['id']}/images/order"
    for wrong in ([one, two], [one, two, two], [one, two, three, product["id"]]):
        refused = shops.seller.put(path, {"images": wrong})
        assert (refused.status_code, refused.json()["field"]) == (422, "images")
    turned = shops.seller.put(path, {"images": [three, one, two]}).json()
    assert [each["id"] for each in turned] == [three, one, two]
    assert shops.seller.delete(f"/api/images/{one}").status_code == 204
    assert listed(shops.seller, product) == [three, two]
    assert shops.seller.delete(f"/api/images/{one}").status_code == 404


def test_a_file_goes_with_the_last_picture_that_has_it(shops: Shops) -> None:
    ours, theirs = (mug(shops) for _ in range(2))
    first, second = (kept(shops.seller, each, 7) for each in (ours, theirs))
    assert first["url"] == second["url"]
    shops.seller.delete(f"/api/images/{first['id']}")
    assert shops.anonymous.get(first["url"]).status_code == 200
    shops.seller.delete(f"/api/images/{second['id']}")
    assert shops.anonymous.get(first["url"]).status_code == 404


def test_a_picture_is_given_out_under_its_hash_with_its_type_for_ever(shops: Shops) -> None:
    image = kept(shops.seller, mug(shops), 99)
    given = shops.anonymous.get(image["url"])
    assert (given.status_code, given.headers["content-type"]) == (200, "image/webp")
    assert given.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert given.headers["x-content-type-options"] == "nosniff"
    assert given.content[8:12] == b"WEBP"


def test_no_path_leads_out_of_the_folder_of_pictures(shops: Shops, tmp_path: Path) -> None:
    image = kept(shops.seller, mug(shops), 5)
    name = image["url"].rpartition("/")[2]
    (tmp_path / "secret").write_text("no")
    (tmp_path / "media" / name).write_text("no")
    for path in (
        "../secret", "..%2fsecret", "%2e%2e/secret", "1/..%2f..%2fsecret", f"..%2fmedia/{name}",
        f"./{name}", f"%2e/{name}", f"1/{name}%00.png", f"1%2f..%2f{name}", f"2/{name}", f"/{name}",
    ):  # fmt: skip
        answer = shops.anonymous.get(f"/media/{path}")
        assert answer.status_code in (401, 404), path
        assert answer.text != "no"


def test_a_setting_says_where_pictures_are_found_and_in_which_sizes(
    engine: Engine, tmp_path: Path
) -> None:
    door: dict[str, Any] = {"media": tmp_path, "image_sizes": (10, 20)}
    shops = open_shops(engine, media_base_url="https://cdn.example.org/shop", **door)
    image = kept(shops.seller, mug(shops), 3)
    assert [each["width"] for each in image["sizes"]] == [10, 20]
    assert image["url"].startswith("https://cdn.example.org/shop/1/")
    name = image["url"].rpartition("/")[2]
    assert (tmp_path / "1" / name).is_file()
    shops.close()


def test_without_a_home_no_picture_is_kept(engine: Engine) -> None:
    shops = open_shops(engine)
    refused = send(shops.seller, mug(shops), picture(5, 5))
    assert (refused.status_code, refused.json()["detail"][:15]) == (503, "BELLWETHER_HOME")
    shops.close()


def test_a_list_takes_as_many_statements_at_50_rows_as_at_5(shops: Shops) -> None:
    product, counts = mug(shops), []
    for number in range(50):
        with behind(shops).work() as work:
            files = [{"width": 1, "height": 1, "name": f"{number:064x}.webp"}]
            images.add(work, UUID(product["id"]), files)
        if number + 1 in (5, 50):
            path = f"/api/products/{product['id']}/images?page_size=100"
            counts.append(statements_of(shops, shops.buyer, path))
    assert counts[0] == counts[1] < 9
