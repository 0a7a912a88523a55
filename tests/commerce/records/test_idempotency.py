"""A request that comes again is answered again, and done once."""

import threading
import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, func, insert, select
from tests.commerce.concurrency import works_at_once
from tests.commerce.shop import ADMIN, Shop, make_shop

from commerce.catalogue import categories
from commerce.records import schema
from commerce.records.actors import Actor
from commerce.records.errors import KeyReused, RecordError
from commerce.records.idempotency import once
from commerce.records.work import Work


def categories_of(shop: Shop) -> int:
    """How many categories there are."""
    with shop.look() as work:
        return work.connection.execute(
            select(func.count()).select_from(schema.category)
        ).scalar_one()


def make_one(work: Work) -> str:
    """Something that is seen to have been done."""
    return categories.create(work, uuid.uuid4().hex).hex


def test_the_same_request_gives_the_first_result(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    results = []
    for _ in range(3):
        with shop.work() as work:
            results.append(once(work, "new", "k", {"a": 1, "b": 2}, lambda: make_one(work)))
    assert len(set(results)) == 1
    assert categories_of(shop) == 1
    with shop.work() as work:
        again = once(work, "new", "k", {"b": 2, "a": 1}, lambda: make_one(work))
    assert again == results[0]


def test_the_same_key_with_another_request_is_refused(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    with shop.work() as work:
        once(work, "new", "k", {"a": 1}, lambda: make_one(work))
    with pytest.raises(KeyReused, match="must come with the same request"), shop.work() as work:
        once(work, "new", "k", {"a": 2}, lambda: make_one(work))
    assert categories_of(shop) == 1


def test_another_operation_actor_or_no_key_is_another_request(engine: Engine) -> None:
    shop = make_shop(engine)
    for operation, key, actor in (
        ("new", "k", ADMIN),
        ("newer", "k", ADMIN),
        ("new", "k", Actor("admin", uuid.uuid4())),
        ("new", None, ADMIN),
        ("new", None, ADMIN),
    ):
        with shop.work(actor) as work:
            once(work, operation, key, {}, lambda: make_one(work))
    assert categories_of(shop) == 5


def test_what_failed_may_be_tried_again_under_its_key(any_engine: Engine) -> None:
    shop = make_shop(any_engine)

    def fail() -> str:
        raise RecordError("no")

    with pytest.raises(RecordError), shop.work() as work:
        once(work, "new", "k", {}, fail)
    with shop.work() as work:
        assert once(work, "new", "k", {}, lambda: "done") == "done"


@pytest.mark.parametrize("key", ["", "k" * 256])
def test_a_key_has_a_length(engine: Engine, key: str) -> None:
    shop = make_shop(engine)
    with pytest.raises(RecordError, match="1 to 255"), shop.work() as work:
        once(work, "new", key, {}, lambda: make_one(work))


def naive(work: Work, operation: str, key: str, request: object, act: Callable[[], str]) -> str:
    """Look first, then do: what two at once both pass."""
    table = schema.idempotency_record
    kept = work.connection.execute(select(table.c.result).where(table.c.key == key)).first()
    if kept is not None:
        return str(kept.result["value"])
    meeting.wait()
    result = act()
    row = {"tenant_id": work.tenant.id, "operation": uuid.uuid4().hex, "key": key}
    work.connection.execute(
        insert(table),
        {**row, "request_hash": "", "created_at": work.now, "result": {"value": result}},
    )
    return result


meeting = threading.Barrier(2)


def test_of_twenty_at_once_one_does_it_and_all_get_its_result(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    results = works_at_once(
        shop, [(ADMIN, lambda work: once(work, "new", "k", {}, lambda: make_one(work)))] * 20
    )
    assert len(results) == 20
    assert len(set(results)) == 1
    assert categories_of(shop) == 1


def test_looking_first_would_do_it_twice(postgres_engine: Engine) -> None:
    shop = make_shop(postgres_engine)
    results = works_at_once(
        shop, [(ADMIN, lambda work: naive(work, "new", "k", {}, lambda: make_one(work)))] * 2
    )
    assert len(set(results)) == 2
    assert categories_of(shop) == 2
