"""Categories: a forest that never becomes a circle."""

import threading
import uuid
from typing import Any

import pytest
from sqlalchemy import Engine, select, text, update
from tests.commerce.shop import Shop, make_shop

from commerce.catalogue import categories
from commerce.records import schema
from commerce.records.actors import Actor
from commerce.records.database import writing
from commerce.records.errors import Conflict, Forbidden, NotFound


def planted(shop: Shop) -> tuple[uuid.UUID, ...]:
    """Home > Kitchen > Mugs, and Garden."""
    with shop.work() as work:
        home = categories.create(work, "Home")
        kitchen = categories.create(work, "Kitchen", parent_id=home)
        mugs = categories.create(work, "Mugs", parent_id=kitchen)
        return home, kitchen, mugs, categories.create(work, "Garden")


def test_the_tree_lists_each_after_its_parent(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    planted(shop)
    with shop.look() as work:
        assert [(each.name, each.depth) for each in categories.tree(work)] == [
            ("Garden", 0),
            ("Home", 0),
            ("Kitchen", 1),
            ("Mugs", 2),
        ]


def test_a_category_never_ends_up_inside_itself(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    home, kitchen, mugs, garden = planted(shop)
    for inner in (home, kitchen, mugs):
        with pytest.raises(Conflict, match="must not be inside itself"), shop.work() as work:
            categories.move(work, home, inner)
    with shop.work() as work:
        categories.move(work, kitchen, garden)
        categories.move(work, garden, home)
        categories.move(work, home, None)
        below = categories.below(garden)
        inside = work.connection.execute(select(below.c.id), {"tenant": work.tenant.id}).scalars()
        assert set(inside) == {garden, kitchen, mugs}


def swap_at_once(shop: Shop, one: uuid.UUID, two: uuid.UUID) -> list[Any]:
    """Move each of two into the other at the same time."""
    results: list[Any] = []
    start = threading.Barrier(2)

    def run(inner: uuid.UUID, outer: uuid.UUID) -> None:
        start.wait()
        try:
            with shop.work() as work:
                categories.move(work, inner, outer)
            results.append("moved")
        except Conflict as error:
            results.append(error)

    threads = [threading.Thread(target=run, args=pair) for pair in ((one, two), (two, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_two_moves_at_once_close_no_circle(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    home, *_, garden = planted(shop)
    results = swap_at_once(shop, home, garden)
    assert sum(isinstance(result, Conflict) for result in results) == 1
    with shop.look() as work:
        assert len(categories.tree(work)) == 4


def test_looking_without_a_lock_would_close_a_circle(postgres_engine: Engine) -> None:
    shop = make_shop(postgres_engine)
    home, *_, garden = planted(shop)
    table, both_have_looked = schema.category, threading.Barrier(2)

    def naive_move(inner: uuid.UUID, outer: uuid.UUID) -> None:
        with writing(postgres_engine) as connection:
            above = connection.execute(select(table.c.parent_id).where(table.c.id == outer))
            free = above.scalar_one() != inner
            both_have_looked.wait()
            if free:
                connection.execute(update(table).where(table.c.id == inner).values(parent_id=outer))

    threads = [
        threading.Thread(target=naive_move, args=pair) for pair in ((home, garden), (garden, home))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with shop.look() as work:
        roots = work.connection.execute(
            text("SELECT count(*) FROM category WHERE parent_id IS NULL")
        ).scalar_one()
        assert roots == 0
        assert categories.tree(work) == []


def test_names_are_unique_and_parents_exist(any_engine: Engine) -> None:
    shop, other = make_shop(any_engine), make_shop(any_engine, "other")
    home, kitchen, *_ = planted(shop)
    with pytest.raises(Conflict, match="category must be new"), shop.work() as work:
        categories.create(work, "Home")
    with pytest.raises(Conflict, match="category must be new"), shop.work() as work:
        categories.rename(work, kitchen, "Home")
    with shop.work() as work:
        categories.rename(work, kitchen, "Cooking")
    with pytest.raises(NotFound, match="category must exist"), shop.work() as work:
        categories.create(work, "Attic", parent_id=uuid.uuid4())
    with other.work() as work:
        own = categories.create(work, "Home")
    for refused in (
        lambda work: categories.create(work, "Attic", parent_id=home),
        lambda work: categories.rename(work, home, "Attic"),
        lambda work: categories.move(work, home, None),
        lambda work: categories.move(work, own, home),
    ):
        with pytest.raises(NotFound, match="category must exist"), other.work() as work:
            refused(work)
    with pytest.raises(Forbidden), shop.work(Actor("seller", uuid.uuid4())) as work:
        categories.create(work, "Attic")
