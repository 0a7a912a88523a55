"""Rows without a status: found, listed and written for one tenant, whatever is asked."""

import uuid
from typing import NamedTuple
from uuid import UUID

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from tests.commerce.shop import ADMIN, Shop, make_shop

from commerce.records import rows, schema
from commerce.records.actors import SYSTEM, Actor
from commerce.records.errors import (
    Conflict,
    Forbidden,
    NotFound,
    RecordError,
    check_choice,
    check_range,
)


class Shelf(NamedTuple):
    """What may be shown of a category."""

    name: str
    id: UUID


def category(shop: Shop, name: str) -> UUID:
    """A new category of a shop."""
    made = uuid.uuid4()
    with shop.work() as work, rows.unique("category", name):
        rows.add(work, schema.category, id=made, name=name)
    return made


def test_a_row_is_found_changed_and_listed_in_its_own_shop_only(any_engine: Engine) -> None:
    ours, theirs = make_shop(any_engine), make_shop(any_engine, "other")
    clocks, watches = category(ours, "Clocks"), category(theirs, "Watches")
    table = schema.category
    with ours.work() as work:
        assert rows.find(work, table, clocks).name == "Clocks"
        assert rows.first(work, table, name="Watches") is None
        with pytest.raises(NotFound, match="category must exist"):
            rows.find(work, table, watches)
        with pytest.raises(NotFound, match="shelf must exist"):
            rows.find(work, table, watches, "shelf", lock=True)
        assert rows.change(work, table, clocks, name="Tall clocks")
        assert not rows.change(work, table, watches, name="Ours")
        assert rows.listed(work, Shelf, table, order=(table.c.name,)) == [("Tall clocks", clocks)]
    with theirs.look() as work:
        assert rows.shown(Shelf, rows.find(work, table, watches)) == Shelf("Watches", watches)


def test_a_page_of_rows_is_cut_out_in_order(engine: Engine) -> None:
    shop = make_shop(engine)
    for name in "CADB":
        category(shop, name)
    table = schema.category
    with shop.look() as work:
        page = rows.listed(work, Shelf, table, order=(table.c.name,), limit=2, offset=1)
    assert [shelf.name for shelf in page] == ["B", "C"]


def test_what_is_there_already_is_a_conflict_and_no_other_fault_is(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    category(shop, "Clocks")
    with pytest.raises(Conflict, match="category must be new; got 'Clocks', which is taken"):
        category(shop, "Clocks")
    nobody = {"id": uuid.uuid4(), "name": "Orphan", "parent_id": uuid.uuid4()}
    with pytest.raises(IntegrityError), shop.work() as work, rows.unique("category", "Orphan"):
        rows.add(work, schema.category, **nobody)


def test_who_does_not_run_the_shop_sees_own_rows_and_nobody_sees_nobodys(engine: Engine) -> None:
    shop = make_shop(engine)
    ada, bob = shop.buyer().customer_id, shop.buyer().customer_id
    table = schema.customer

    def seen(actor: Actor) -> set[UUID | None]:
        with shop.look(actor) as work:
            mine = rows.visible(work, table.c.id, actor.customer_id)
            return {each.id for each in rows.listed(work, Shown, table, mine, order=())}

    class Shown(NamedTuple):
        """An id."""

        id: UUID

    assert seen(ADMIN) == seen(SYSTEM) == {ada, bob}
    assert seen(Actor("user", customer_id=ada)) == {ada}
    assert seen(Actor("user")) == set()


def test_a_record_is_hidden_from_who_is_none_of_its_owners() -> None:
    ada, bob = uuid.uuid4(), uuid.uuid4()
    for actor in (ADMIN, SYSTEM, Actor("user", customer_id=ada), Actor("seller", user_id=ada)):
        actor.require_own("order", 1, bob, ada)
    for actor in (Actor("user"), Actor("user", bob), Actor("delivery", customer_id=bob)):
        with pytest.raises(NotFound, match="order must exist"):
            actor.require_own("order", 1, ada, None)


def test_an_act_is_refused_to_other_roles_and_a_superadmin_is_an_admin() -> None:
    Actor("superadmin").require("counting", "admin")
    with pytest.raises(Forbidden, match="role must be one of admin, system for counting; got user"):
        Actor("user").require("counting", "admin", "system")


def test_a_word_that_is_no_choice_and_a_number_out_of_range_are_refused() -> None:
    check_choice("size", "small", ("small", "large"))
    check_range("stars", 5, 1, 5)
    with pytest.raises(RecordError, match="size must be one of small, large; got 'huge'"):
        check_choice("size", "huge", ("small", "large"))
    for stars in (0, 6):
        with pytest.raises(RecordError, match=f"stars must be 1 to 5; got {stars}"):
            check_range("stars", stars, 1, 5)
