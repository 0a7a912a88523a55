"""What is kept for a moment, in this process and in Redis."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from sqlalchemy import select
from tests.serving.redis_server import RedisServer, running_redis
from tests.serving.rest.people import Clock, Shops
from tests.serving.rest.sold import later, order, sell

from commerce.records import schema
from commerce.records.database import writing
from commerce.records.errors import LARGEST as LARGEST_NUMBER
from commerce.records.stream.backfills import backfill
from commerce.records.tenants import hold_clock
from serving.access.errors import TooMany
from serving.access.rates import Limiter, Rates
from serving.cache import LARGEST, MemoryCache, open_cache
from serving.errors import ServingError

ASKED = "/api/analytics/sales-metrics?start_date=2026-02-20&end_date=2026-03-01"
LISTED = "/api/customers/top_customers?page_size=1"


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


@pytest.fixture(params=["memory", "redis"])
def kept_in(request: pytest.FixtureRequest, shops: Shops) -> Shops:
    if request.param == "redis":
        server: RedisServer = request.getfixturevalue("redis")
        shops.app.state.cache = open_cache(server.url)
    return shops


def test_the_same_question_is_answered_the_same_without_being_put_again(kept_in: Shops) -> None:
    sold = sell(kept_in)
    for path in (ASKED, LISTED):
        first, second = kept_in.admin.get(path), kept_in.admin.get(path)
        assert (first.headers["x-cache"], second.headers["x-cache"]) == ("MISS", "HIT")
        assert (first.content, first.headers.get("link")) == (
            second.content,
            second.headers.get("link"),
        )
    kept_in.questions.close()
    assert kept_in.admin.get(ASKED).status_code == 200
    order(sold.shop, sold.buyers[0], sold.variant, 1, minutes=61)
    assert kept_in.admin.get(ASKED).status_code == 503


def test_what_was_recorded_meanwhile_counts_at_once(kept_in: Shops) -> None:
    sold = sell(kept_in)
    later(kept_in, minutes=61)
    before = kept_in.admin.get(ASKED).json()["total"]["orders"]
    order(sold.shop, sold.buyers[0], sold.variant, 1, minutes=61)
    kept_in.clock.pass_by(seconds=5)
    answer = kept_in.admin.get(ASKED)
    assert answer.headers["x-cache"] == "MISS"
    assert answer.json()["total"]["orders"] == before + 1


def test_history_that_is_backfilled_or_undone_meanwhile_counts_at_once(kept_in: Shops) -> None:
    sell(kept_in)
    before = kept_in.admin.get(ASKED).json()["total"]["orders"]
    event = schema.event
    with writing(kept_in.engine) as connection:
        tenant = hold_clock(connection, kept_in.tenant("acme"), alone=True)
        ids = select(event.c.id).where(event.c.tenant_id == tenant.id, event.c.type.like("order.%"))
        undone = [(number, LARGEST_NUMBER) for number in connection.scalars(ids)]
        backfill(connection, tenant, undone)
    answer = kept_in.admin.get(ASKED)
    assert (before > 0, answer.json()["total"]["orders"]) == (True, 0)
    assert answer.headers["x-cache"] == "MISS"


def test_what_is_kept_is_for_who_asked_it_in_its_own_shop(kept_in: Shops) -> None:
    sell(kept_in)
    assert kept_in.admin.get(ASKED).headers["x-cache"] == "MISS"
    assert kept_in.buyer.get(ASKED).status_code == 403
    elsewhere = kept_in.of("other")["admin"].get(ASKED)
    assert elsewhere.headers["x-cache"] == "MISS"
    assert elsewhere.json()["total"]["orders"] == 0
    assert kept_in.superadmin.get(ASKED).headers["x-cache"] == "MISS"


def test_what_is_kept_is_forgotten_in_time_and_what_is_too_large_is_not_kept() -> None:
    clock = Clock()
    cache = MemoryCache(clock.elapsed)
    cache.put("a", b"1")
    cache.put("b", b"2" * (LARGEST + 1))
    assert (cache.get("a"), cache.get("b")) == (b"1", None)
    clock.pass_by(seconds=31)
    assert cache.get("a") is None


def test_two_processes_find_what_either_keeps_and_count_together(redis: RedisServer) -> None:
    here, there = open_cache(redis.url), open_cache(redis.url)
    here.put("a", b"1")
    assert there.get("a") == b"1"
    rates = Rates(wrong_by_name="2/minute")
    first, second = Limiter(rates, redis.url), Limiter(rates, redis.url)
    for limiter in (first, second):
        limiter.require_tries_left("ada", "10.0.0.1")
        limiter.count_wrong("ada", "10.0.0.1")
    with pytest.raises(TooMany, match=r"at most 2 per 1 minute by name"):
        first.require_tries_left("ada", "10.0.0.2")


def test_a_redis_that_goes_away_takes_no_answer_along(
    shops: Shops, caplog: pytest.LogCaptureFixture
) -> None:
    sell(shops)
    with running_redis() as server:
        shops.app.state.cache = open_cache(server.url)
        shops.gate.limiter = Limiter(Rates(credential="4/minute"), server.url)
        assert shops.admin.get(ASKED).headers["x-cache"] == "MISS"
        server.kill()
        with caplog.at_level(logging.WARNING):
            assert shops.admin.get(ASKED).headers["x-cache"] == "MISS"
    assert "Redis does not answer" in caplog.text
    assert server.url not in caplog.text
    statuses = [shops.admin.get(ASKED).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]


def test_a_redis_that_did_not_answer_is_asked_again_after_a_while_only(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock, nobody = Clock(), "redis://127.0.0.1:1/0"
    cache = open_cache(nobody, elapsed=clock.elapsed)
    limiter = Limiter(Rates(), nobody, elapsed=clock.elapsed)

    def ask() -> int:
        """Ask both several times; gives how often Redis was asked."""
        caplog.clear()
        for _ in range(3):
            cache.put("a", b"1")
            assert cache.get("a") is None
            limiter.require_tries_left("ada", "10.0.0.1")
        return len(caplog.records)

    with caplog.at_level(logging.WARNING):
        asked = [ask(), ask()]
        clock.pass_by(seconds=5)
        asked.append(ask())
    assert asked == [2, 0, 2]


@pytest.mark.parametrize("url", ["http://cache", "cache:6379"])
def test_a_url_that_names_no_redis_is_refused_and_not_shown(url: str) -> None:
    for opened in (open_cache, lambda url: Limiter(None, url)):
        with pytest.raises(ServingError, match=r"^REDIS_URL must name a Redis") as refused:
            opened(url)
        assert url not in str(refused.value)
