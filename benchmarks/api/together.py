"""What happens at once: fifty who check out, and predictions while questions about a year are answered."""

from __future__ import annotations

import asyncio
import http.client
import json
import statistics
import threading
import time
from collections import Counter
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from benchmarks.api.asking import Line
from benchmarks.api.shop import SLUG, Bench, Person, rich_buyer
from benchmarks.serving.servers import Server

from commerce.records.database import reading
from commerce.records.doctor import examine

THREADS = 50
EACH = 3
PRICE = 1_999
PAID = 2_379
"""With 19 % tax."""
STOCK = 2 * THREADS
"""Two thirds of what is asked for."""

QUESTIONS = [
    "/api/analytics/summary/overview?start_date=2025-01-01&end_date={day}",
    "/api/analytics/sales-metrics?start_date=2025-01-01&end_date={day}&by=week",
    "/api/analytics/customer-segments?as_of={day}",
    "/api/analytics/cohorts?start_date=2025-01-01&end_date={day}",
]
LAST = date(2025, 12, 31)
"""The first question's last day; each next one is asked of a day before, so that no answer is a kept one."""


def fifty_at_once(bench: Bench, server: Server) -> dict[str, float]:
    """Let fifty buy what is not enough for all, sending each checkout twice; the books must tell the same."""
    shop = bench.shop
    buyers = [rich_buyer(shop) for _ in range(THREADS)]
    variant = shop.variant(PRICE, stock=STOCK)
    before = sum(_money(bench, buyer) for buyer in buyers)
    orders: dict[str, set[str]] = {}
    statuses: Counter[int] = Counter()
    times: list[float] = []
    start = threading.Barrier(THREADS)

    def buy(buyer: Person) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        headers = {
            "Authorization": f"Bearer {bench.token(buyer)}",
            "Content-Type": "application/json",
        }

        def post(path: str, body: Any, **more: str) -> tuple[int, Any]:
            connection.request("POST", path, json.dumps(body), {**headers, **more})
            response = connection.getresponse()
            return response.status, json.loads(response.read())

        start.wait()
        for _ in range(EACH):
            post("/api/cart/items", {"variant_id": str(variant), "quantity": 1})
            key = uuid4().hex
            for _ in range(2):
                began = time.perf_counter()
                status, told = post(
                    "/api/orders/checkout", {"method": "wallet"}, **{"Idempotency-Key": key}
                )
                times.append(time.perf_counter() - began)
                statuses[status] += 1
                if status == 201:
                    orders.setdefault(key, set()).add(told["id"])
        connection.close()

    threads = [threading.Thread(target=buy, args=(buyer,)) for buyer in buyers]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - began
    placed = {order for found in orders.values() for order in found}
    asset = f"SKU:{variant.hex}"
    left = shop.holds("on_hand", asset=asset)
    held = sum(shop.holds("held", order.replace("-", ""), asset) for order in placed)
    spent = before - sum(_money(bench, buyer) for buyer in buyers)
    assert all(len(found) == 1 for found in orders.values()), "what is sent twice is done once"
    assert len(placed) == len(orders) == STOCK, f"as many as there are; got {len(placed)}"
    assert (left, held, spent) == (0, STOCK, PAID * STOCK), (left, held, spent)
    assert set(statuses) == {201, 409}, statuses
    with reading(shop.engine) as connection:
        assert examine(connection) == bench.found, "the books must be kept"
    p95 = 1e3 * statistics.quantiles(times, n=20)[18]
    print(
        f"{THREADS} threads, {THREADS * EACH} checkouts of {STOCK} units, each sent twice: {len(placed)} orders,"
        f" {statuses[201]} answers 201 and {statuses[409]} 409, {left} units left, {held} set aside,"
        f" {spent / 100:,.2f} EUR spent; the doctor finds nothing new."
        f" {len(times) / elapsed:,.0f} checkouts/s, p95 {p95:,.0f} ms"
    )
    return {"checkout_50_threads_rps": len(times) / elapsed, "checkout_50_threads_p95_ms": p95}


def _money(bench: Bench, buyer: Person) -> int:
    assert buyer.actor.customer_id is not None
    return bench.shop.holds("wallet", buyer.actor.customer_id.hex)


def predictions_meanwhile(bench: Bench, server: Server, seconds: float) -> dict[str, float]:
    """Ask for predictions alone, and while questions about a year are asked one after the other."""
    figures: dict[str, float] = {}
    asyncio.run(_warm(bench, server))
    for name, asking in (("alone", False), ("meanwhile", True)):
        times, answered = asyncio.run(_predict(bench, server, seconds, asking=asking))
        cuts = statistics.quantiles(times, n=20)
        beside = f" while {answered} questions were answered" if asking else ", nothing else asked"
        print(
            f"predictions by customer{beside}: {len(times) / seconds:,.0f}/s,"
            f" p50 {1e3 * cuts[9]:.1f} ms, p95 {1e3 * cuts[18]:.1f} ms"
        )
        figures[f"predict_p95_ms_{name}"] = 1e3 * cuts[18]
    return figures


async def _warm(bench: Bench, server: Server) -> None:
    """Ask until the shop's events are loaded."""
    for _ in range(30):
        async with Line(server.port, bench.token(bench.admin)) as line:
            status, _ = await line.ask("GET", QUESTIONS[0].format(day=LAST))
        if status == 200:
            return
    raise TimeoutError("questions must be answered within ten minutes; they were not")


async def _predict(
    bench: Bench, server: Server, seconds: float, *, asking: bool
) -> tuple[list[float], int]:
    until = time.perf_counter() + seconds
    token = bench.token(bench.admin)

    async def predict(first: int) -> list[float]:
        times, place = [], first
        async with Line(server.port, token) as line:
            while (began := time.perf_counter()) < until:
                customer = bench.customers[place % len(bench.customers)]
                await line.told(
                    "POST", "/predict/churn", {"tenant": SLUG, "customer_id": str(customer)}
                )
                times.append(time.perf_counter() - began)
                place += 2
        return times

    async def ask() -> int:
        answered = 0
        async with Line(server.port, token) as line:
            while time.perf_counter() < until:
                day = LAST - timedelta(days=1 + answered)
                await line.told("GET", QUESTIONS[answered % len(QUESTIONS)].format(day=day))
                answered += 1
        return answered

    first, second, answered = await asyncio.gather(
        predict(0), predict(1), ask() if asking else asyncio.sleep(0, 0)
    )
    return first + second, answered
