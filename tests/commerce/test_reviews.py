"""Reviews: who may rate what, once, and an average that is always right."""

import threading
import uuid
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, func, select, update
from tests.commerce.concurrency import at_once
from tests.commerce.delivery.journeys import (
    courier_of,
    delivered,
    placed,
    read,
    shipped,
    shown,
)
from tests.commerce.shop import ADMIN, Shop, make_shop

from commerce import reviews
from commerce.catalogue import search
from commerce.records import schema
from commerce.records.actors import Actor
from commerce.records.errors import Conflict, Forbidden, IllegalMove, NotFound, RecordError
from commerce.records.machine import EventDraft, fire
from commerce.records.states import ORDER
from commerce.reviews import NotBought, edit, get, list_reviews, post, remove


def rated(shop: Shop, buyer: Actor, order: UUID, product: UUID, stars: int = 4) -> UUID:
    """Rate a product in a transaction of its own."""
    with shop.work(buyer) as work:
        return post(work, order, product, stars, "Ticks well.")


def check_aggregates(shop: Shop, product: UUID) -> tuple[int, int]:
    """Read a product's aggregates and hold them against its reviews."""
    review = schema.review
    with shop.look() as work:
        count, total = work.connection.execute(
            select(func.count(), func.coalesce(func.sum(review.c.stars), 0)).where(
                review.c.product_id == product, review.c.status == "posted"
            )
        ).one()
    row = read(shop, "product", product)
    assert (row.ratings_count, row.ratings_sum) == (count, total)
    return int(count), int(total)


def test_a_product_is_rated_after_it_arrived_by_who_bought_it(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    buyer, courier, variant, other = shop.buyer(), courier_of(shop), shop.variant(), shop.variant()
    product = shop.product(variant)
    order = placed(shop, buyer, (variant, 1))
    with pytest.raises(NotBought, match="bought and has arrived"):
        rated(shop, buyer, order, product)
    proof = shipped(shop, courier, order)
    with pytest.raises(Forbidden):
        rated(shop, buyer, order, product)
    assert shown(shop, courier, order, pin=proof.pin).delivered
    with pytest.raises(NotBought):
        rated(shop, buyer, order, shop.product(other))
    for stranger in (shop.buyer(), Actor("user"), ADMIN, courier, shop.seller()):
        with pytest.raises(NotFound):
            rated(shop, stranger, order, product)
    rated(shop, buyer, order, product)
    with shop.look() as work:
        emitted = work.connection.execute(
            select(schema.event).where(schema.event.c.type == "review.posted")
        ).one()
    assert (emitted.value, emitted.product_id, emitted.customer_id) == (
        4,
        product,
        buyer.customer_id,
    )
    assert "Ticks well" not in str(emitted)


def test_a_completed_order_counts_even_if_nobody_saw_it_arrive(engine: Engine) -> None:
    shop = make_shop(engine)
    buyer, variant = shop.buyer(), shop.variant()
    order = placed(shop, buyer, (variant, 1))
    with shop.work() as work:
        fire(work, ORDER, order, EventDraft("order.completed"))
    rated(shop, buyer, order, shop.product(variant))


def test_a_product_is_rated_once_per_order(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    buyer, variant = shop.buyer(), shop.variant()
    product = shop.product(variant)
    first, second = (delivered(shop, buyer, (variant, 1)) for _ in range(2))
    rated(shop, buyer, first, product)
    with pytest.raises(Conflict, match="must be the first of this product and order"):
        rated(shop, buyer, first, product)
    rated(shop, buyer, second, product, 2)
    assert check_aggregates(shop, product) == (2, 6)


def test_of_eight_posts_at_once_one_stays(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    buyer, variant = shop.buyer(), shop.variant()
    product, order = shop.product(variant), delivered(shop, buyer, (variant, 1))
    outcomes = at_once(*[partial(rated, shop, buyer, order, product)] * 8)
    assert sum(isinstance(each, UUID) for each in outcomes) == 1
    assert sum(isinstance(each, Conflict) for each in outcomes) == 7
    assert check_aggregates(shop, product) == (1, 4)


def test_an_average_follows_every_change(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    variant = shop.variant(stock=20)
    product = shop.product(variant)
    buyers = [shop.buyer() for _ in range(3)]
    written = [
        rated(shop, buyer, delivered(shop, buyer, (variant, 1)), product, stars)
        for buyer, stars in zip(buyers, (5, 5, 4), strict=True)
    ]

    def seen() -> tuple[Decimal | None, int, list[int]]:
        with shop.look() as work:
            seen, found = search.view(work, product), list_reviews(work, product_id=product)
        assert found.total == seen.ratings_count
        return seen.avg_rating, seen.ratings_count, sorted(each.stars for each in found.rows)

    assert seen() == (Decimal("4.67"), 3, [4, 5, 5])
    with shop.work(buyers[0]) as work:
        edit(work, written[0], 1, "It stopped.")
    assert seen() == (Decimal("3.33"), 3, [1, 4, 5])
    with shop.work(buyers[1]) as work:
        remove(work, written[1])
    assert seen() == (Decimal("2.50"), 2, [1, 4])
    with shop.work() as work:
        remove(work, written[0])
    with shop.work() as work:
        remove(work, written[2])
    assert seen() == (None, 0, [])
    assert check_aggregates(shop, product) == (0, 0)


def test_reviews_written_changed_and_removed_at_once_add_up(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    variant = shop.variant(stock=20)
    product = shop.product(variant)
    buyers = [shop.buyer() for _ in range(9)]
    orders = [delivered(shop, buyer, (variant, 1)) for buyer in buyers]
    written = [rated(shop, *pair, product, 3) for pair in zip(buyers[:6], orders[:6], strict=True)]

    def edited(place: int, stars: int) -> bool:
        with shop.work(buyers[place]) as work:
            edit(work, written[place], stars)
        return True

    def removed(place: int, actor: Actor) -> bool:
        with shop.work(actor) as work:
            remove(work, written[place])
        return True

    outcomes = at_once(
        *(partial(rated, shop, buyers[place], orders[place], product, 5) for place in (6, 7, 8)),
        partial(edited, 0, 1),
        partial(edited, 0, 5),
        partial(edited, 1, 5),
        partial(removed, 2, buyers[2]),
        partial(removed, 3, ADMIN),
        partial(removed, 3, buyers[3]),
        partial(removed, 4, ADMIN),
    )
    assert sum(isinstance(each, IllegalMove) for each in outcomes) == 1
    assert check_aggregates(shop, product)[0] == 6


def test_an_average_that_is_read_and_written_back_is_wrong(
    postgres_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard above can fail: who writes back what was read forgets what others wrote meanwhile."""
    read_by_all = threading.Barrier(4)

    def naive(work: Any, product: UUID, count: int, stars: int) -> None:
        table = schema.product
        row = work.connection.execute(select(table).where(table.c.id == product)).one()
        read_by_all.wait(timeout=20)
        work.connection.execute(
            update(table)
            .where(table.c.id == product)
            .values(ratings_count=row.ratings_count + count, ratings_sum=row.ratings_sum + stars)
        )

    monkeypatch.setattr(reviews, "_rate", naive)
    shop = make_shop(postgres_engine)
    variant = shop.variant()
    product = shop.product(variant)
    buyers = [shop.buyer() for _ in range(4)]
    orders = [delivered(shop, buyer, (variant, 1)) for buyer in buyers]
    at_once(*(partial(rated, shop, *pair, product) for pair in zip(buyers, orders, strict=True)))
    with pytest.raises(AssertionError):
        check_aggregates(shop, product)


def test_only_the_author_changes_a_review_and_only_author_and_shop_remove_it(
    any_engine: Engine,
) -> None:
    shop = make_shop(any_engine)
    buyer, variant = shop.buyer(), shop.variant()
    product, order = shop.product(variant), delivered(shop, buyer, (variant, 1))
    review = rated(shop, buyer, order, product)
    for stranger in (shop.buyer(), shop.seller(), Actor("user"), courier_of(shop), ADMIN):
        with pytest.raises(NotFound), shop.work(stranger) as work:
            edit(work, review, 1)
        if stranger is not ADMIN:
            with pytest.raises(NotFound), shop.work(stranger) as work:
                remove(work, review)
    with shop.work() as work:
        remove(work, review)
    for act in (remove, partial(edit, stars=5)):
        with pytest.raises(IllegalMove), shop.work(buyer) as work:
            act(work, review)
    assert check_aggregates(shop, product) == (0, 0)


def test_an_author_may_think_again_but_not_undo_the_shop(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    buyer, variant = shop.buyer(), shop.variant()
    product, order = shop.product(variant), delivered(shop, buyer, (variant, 1))
    review = rated(shop, buyer, order, product)
    with shop.work(buyer) as work:
        remove(work, review)
    assert rated(shop, buyer, order, product, 2) == review
    assert check_aggregates(shop, product) == (1, 2)
    with shop.work() as work:
        remove(work, review)
    with pytest.raises(Conflict, match="the first is removed"):
        rated(shop, buyer, order, product)


@pytest.mark.parametrize("stars", [0, 6, -1])
def test_stars_are_one_to_five(engine: Engine, stars: int) -> None:
    shop = make_shop(engine)
    buyer, variant = shop.buyer(), shop.variant()
    product, order = shop.product(variant), delivered(shop, buyer, (variant, 1))
    with pytest.raises(RecordError, match="stars must be 1 to 5"):
        rated(shop, buyer, order, product, stars)
    review = rated(shop, buyer, order, product)
    with pytest.raises(RecordError, match="stars must be 1 to 5"), shop.work(buyer) as work:
        edit(work, review, stars)


def test_reviews_of_what_is_not_there_are_not_found(engine: Engine) -> None:
    shop = make_shop(engine)
    with pytest.raises(NotFound, match="review must exist"), shop.look() as work:
        get(work, uuid.uuid4())
    with pytest.raises(NotFound, match="review must exist"), shop.work() as work:
        remove(work, uuid.uuid4())
