"""Products: from submission to the shelf and off it again."""

import uuid
from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import Engine, func, select
from tests.commerce.shop import ADMIN, Shop, make_shop

from commerce.catalogue import categories, products, search
from commerce.catalogue.products import NewVariant
from commerce.records import schema
from commerce.records.actors import Actor
from commerce.records.errors import Conflict, Forbidden, IllegalMove, NotFound, RecordError
from commerce.records.machine import EventDraft, fetch, fire
from commerce.records.states import BRAND, PRODUCT
from commerce.records.work import Work

MUG = [NewVariant("M1", 1000)]


def brand(shop: Shop, owner: Actor, *, approved: bool = True) -> UUID:
    """A brand of a seller's."""
    made = uuid.uuid4()
    with shop.work() as work:
        new = {"name": made.hex, "owner_id": owner.user_id}
        fire(work, BRAND, made, EventDraft("brand.requested"), new=new)
        if approved:
            fire(work, BRAND, made, EventDraft("brand.approved"))
    return made


def test_a_sellers_product_waits_and_the_houses_own_is_on_sale(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    seller, buyer = shop.seller(), shop.buyer()
    with shop.work(seller) as work:
        theirs = products.create(work, "Mug", MUG)
    with shop.work() as work:
        ours = products.create(work, "Jug", [NewVariant("J1", 5), NewVariant("J2", 6)])
    with shop.look(buyer) as work:
        (seen,) = search.search(work)
        assert (seen.id, seen.seller_id) == (ours, None)
        assert [(each.sku, each.price_minor) for each in seen.variants] == [("J1", 5), ("J2", 6)]
        with pytest.raises(NotFound, match="product must exist"):
            search.view(work, theirs)
    with shop.look(seller) as work:
        assert {product.id for product in search.search(work)} == {ours, theirs}
    with shop.work() as work:
        products.approve(work, theirs)
    with shop.look(buyer) as work:
        assert search.view(work, theirs).status == "approved"


def test_products_go_the_ways_of_their_table_only(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    seller = shop.seller()
    with shop.work(seller) as work:
        mug = products.create(work, "Mug", MUG)
    steps: list[tuple[Actor, Callable[[Work, UUID], None], str]] = [
        (ADMIN, lambda work, mug: products.reject(work, mug, reason="counterfeit"), "rejected"),
        (seller, products.submit, "submitted"),
        (ADMIN, products.approve, "approved"),
        (seller, products.retire, "retired"),
        (seller, products.relist, "approved"),
    ]
    for actor, act, state in steps:
        with shop.work(actor) as work:
            act(work, mug)
            assert fetch(work, PRODUCT, mug).status == state
        with pytest.raises(IllegalMove), shop.work() as work:
            act(work, mug)
    with pytest.raises(Forbidden), shop.work(seller) as work:
        products.approve(work, mug)
    with pytest.raises(RecordError, match="one lower-case word"), shop.work() as work:
        products.reject(work, mug, reason="It is a fake, I think.")


def test_an_sku_is_there_once_in_a_shop(any_engine: Engine) -> None:
    shop, other = make_shop(any_engine), make_shop(any_engine, "other")
    with shop.work() as work:
        mug = products.create(work, "Mug", MUG)
    acts: list[Callable[[Work], object]] = [
        lambda work: products.create(work, "Copy", MUG),
        lambda work: products.add_variant(work, mug, MUG[0]),
    ]
    for again in acts:
        with pytest.raises(Conflict, match="SKU must be new; got 'M1'"), shop.work() as work:
            again(work)
    with other.work() as work:
        products.create(work, "Mug", MUG)
    with shop.look() as work:
        count = select(func.count()).select_from(schema.product)
        assert work.connection.execute(count.where(schema.product.c.name == "Copy")).scalar() == 0


def test_variants_are_added_and_get_new_prices(engine: Engine) -> None:
    shop = make_shop(engine)
    with shop.work() as work:
        mug = products.create(work, "Mug", MUG)
        blue = products.add_variant(work, mug, NewVariant("M2", 1100))
        products.change_variant(work, blue, price_minor=1200, low_stock_at=3)
        products.change_variant(work, blue)
        assert [(each.id, each.price_minor) for each in search.view(work, mug).variants][1:] == [
            (blue, 1200)
        ]
        for wrong in ({"price_minor": -1}, {"low_stock_at": -1}):
            with pytest.raises(RecordError, match="must be 0 to"):
                products.change_variant(work, blue, **wrong)
        with pytest.raises(NotFound, match="variant must exist"):
            products.change_variant(work, uuid.uuid4(), price_minor=1)


def test_what_a_product_is_called_may_change_even_while_it_is_rejected(engine: Engine) -> None:
    shop = make_shop(engine)
    seller = shop.seller()
    with shop.work() as work:
        home = categories.create(work, "Home")
        products.create(work, "Old", [NewVariant("O", 1)], external_id="old")
    with shop.work(seller) as work:
        mug = products.create(work, "Mug", MUG)
    with shop.work() as work:
        products.reject(work, mug, reason="name")
    with shop.work(seller) as work:
        products.change(work, mug, {"name": "Cup", "category_id": home, "description": "White"})
        seen = search.view(work, mug)
        assert (seen.name, seen.category_id, seen.description) == ("Cup", home, "White")
        with pytest.raises(RecordError, match="change must be of"):
            products.change(work, mug, {"seller_id": None})
        with pytest.raises(NotFound, match="category must exist"):
            products.change(work, mug, {"category_id": uuid.uuid4()})
    with pytest.raises(Conflict, match="product must be new"), shop.work(seller) as work:
        products.change(work, mug, {"external_id": "old"})


def test_a_seller_uses_own_brands_once_they_are_approved(engine: Engine) -> None:
    shop = make_shop(engine)
    ada, bob = shop.seller(), shop.seller()
    own, waiting, others = brand(shop, ada), brand(shop, ada, approved=False), brand(shop, bob)
    with shop.work(ada) as work:
        mug = products.create(work, "Mug", MUG, brand_id=own)
        for refused, error in ((others, NotFound), (uuid.uuid4(), NotFound), (waiting, Conflict)):
            with pytest.raises(error, match="brand must"):
                products.assign_brand(work, mug, refused)
        products.assign_brand(work, mug, None)
        assert search.view(work, mug).brand_id is None
        products.assign_brand(work, mug, own)
        found = search.search(work, search.with_value("brand_id", own))
        assert [product.id for product in found] == [mug]
    with pytest.raises(Conflict, match="brand must be approved"), shop.work() as work:
        products.create(work, "Jug", [NewVariant("J", 1)], brand_id=waiting)
    with shop.work() as work:
        products.assign_brand(work, mug, others)


def test_others_products_are_not_there_to_be_changed(engine: Engine) -> None:
    shop, other = make_shop(engine), make_shop(engine, "other")
    ada = shop.seller()
    with shop.work(ada) as work:
        mug = products.create(work, "Mug", MUG)
        variant = search.view(work, mug).variants[0].id
    with shop.work() as work:
        house = products.create(work, "Jug", [NewVariant("J", 1)])
    acts: list[Callable[[Work], object]] = [
        lambda work: products.submit(work, mug),
        lambda work: products.retire(work, mug),
        lambda work: products.relist(work, mug),
        lambda work: products.change(work, mug, {"name": "X"}),
        lambda work: products.assign_brand(work, mug, None),
        lambda work: products.add_variant(work, mug, NewVariant("X", 1)),
        lambda work: products.change_variant(work, variant, price_minor=1),
    ]
    for act in acts:
        for place, actor in ((shop, shop.seller()), (other, ADMIN), (other, other.seller())):
            with pytest.raises(NotFound, match="must exist"), place.work(actor) as work:
                act(work)
    with pytest.raises(NotFound), shop.work(Actor("seller")) as work:
        products.retire(work, house)
    with pytest.raises(Forbidden), shop.work(Actor("seller")) as work:
        products.create(work, "Nobody's", [])
    with pytest.raises(Forbidden), shop.work(shop.buyer()) as work:
        products.create(work, "Mine", [])
