"""Measures typical routes on a shop of a hundred thousand orders, beside the same written by hand.

    make bench-api

Two servers of one kind (uvicorn, one process each) stand on the same record store: the API, and `benchmarks.api.bare`,
which does the same by FastAPI and SQLAlchemy Core alone. Before anything is measured, both must give the same answer.
They are asked in turns, so that whatever else the machine does hits both alike; of each route the median turn counts.
Then fifty at once order what is not enough for all, each checkout sent twice; and predictions are asked for while
questions about a year are answered. Figures go to ``benchmarks/results/api.json``: of lists, reads and checkout the
share of the bare requests a second that is kept, by the route that keeps least.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import tempfile
from pathlib import Path

from benchmarks.api.asking import CONNECTIONS, Line, Route, Speed, measure
from benchmarks.api.shop import SLUG, Bench, open_bench
from benchmarks.api.together import fifty_at_once, predictions_meanwhile
from benchmarks.figures import RESULTS, keep
from benchmarks.serving.servers import ALONE, Server, serving

CUSTOMERS = 14_500
"""Who order a hundred thousand times."""
LEAST = 0.6
"""Of the bare requests a second, what is to be kept."""


def routes(bench: Bench) -> list[Route]:
    """Ten typical routes."""
    some, whom, words = bench.orders, bench.customers, bench.words

    def get(path: str) -> list[tuple[str, str, None]]:
        return [("GET", path, None)]

    def buy(turn: int) -> list[tuple[str, str, object]]:
        item = {"variant_id": str(bench.variants[turn % 2]), "quantity": 1}
        return [
            ("POST", "/api/cart/items", item),
            ("POST", "/api/orders/checkout", {"method": "wallet"}),
        ]

    return [
        Route("orders, by page", "list", lambda n: get(f"/api/orders?page={n % 50 + 1}")),
        Route(
            "orders, cancelled ones",
            "list",
            lambda n: get(f"/api/orders?status=cancelled&page={n % 9 + 1}"),
        ),
        Route("one order", "read", lambda n: get(f"/api/orders/{some[n % len(some)]}")),
        Route("customers", "list", lambda n: get(f"/api/customers?page={n % 50 + 1}")),
        Route("one customer", "read", lambda n: get(f"/api/customers/{whom[n % len(whom)]}")),
        Route(
            "products, searched",
            "list",
            lambda n: get(f"/api/products?search={words[n % len(words)]}"),
        ),
        Route("payments", "list", lambda n: get(f"/api/payments?page={n % 50 + 1}")),
        Route("own wallet", "read", lambda _: get("/api/wallet"), buys=True),
        Route(
            "own notifications",
            "list",
            lambda n: get(f"/api/notifications?page={n % 3 + 1}"),
            buys=True,
        ),
        Route("cart and checkout", "checkout", buy, buys=True),
    ]


async def must_agree(bench: Bench, ours: Server, bare: Server, route: Route) -> None:
    """Refuse to measure a peer that gives another answer; of an order that is placed, its shape is compared."""
    token = bench.token(bench.buyers[0] if route.buys else bench.admin)
    for turn in range(3):
        found = []
        for server in (ours, bare):
            async with Line(server.port, token) as line:
                for step in route.steps(turn):
                    told = await line.told(*step)
            found.append(told)
        if route.family == "checkout":
            for each in found:
                del each["id"], each["number"], each["placed_at"]
        ports = [str(server.port) for server in (ours, bare)]
        ours_said, bare_said = (
            {key: str(value).replace(port, "PORT") for key, value in each.items()}
            for each, port in zip(found, ports, strict=True)
        )
        assert ours_said == bare_said, f"{route.name} must be the same by hand; got\n{found}"


def compare(
    bench: Bench, ours: Server, bare: Server, rounds: int, seconds: float
) -> dict[str, float]:
    """Ask both in turns for each route, and print what came out."""
    figures: dict[str, float] = {}
    shares: dict[str, list[float]] = {}
    print(
        f"{CONNECTIONS} connections, {rounds} turns of {seconds:g} s each, {os.cpu_count()} cores"
    )
    heads = ["requests/s", "p50 ms", "p95 ms", "CPU ms"]
    print(
        "".join(f"{word:>11}" for word in (*heads, "by hand", *heads[1:], "share")).rjust(24 + 99)
    )
    for route in routes(bench):
        asyncio.run(must_agree(bench, ours, bare, route))
        who = bench.buyers if route.buys else [bench.admin] * CONNECTIONS
        turns: list[tuple[Speed, Speed]] = []
        for number in range(rounds + 1):
            tokens = [bench.token(each) for each in who]
            pair = {
                name: measure(
                    server, tokens, route, seconds if number else seconds / 3, 100 * number
                )
                for name, server in ((("ours", ours), ("bare", bare))[:: 1 if number % 2 else -1])
            }
            if number:  # the first one warms up
                turns.append((pair["ours"], pair["bare"]))
        middle = [
            Speed(
                *(
                    statistics.median(getattr(turn[side], name) for turn in turns)
                    for name in Speed.__dataclass_fields__
                )
            )
            for side in (0, 1)
        ]
        share = statistics.median(mine.rate / theirs.rate for mine, theirs in turns)
        shares.setdefault(route.family, []).append(share)
        key = route.name.replace(",", "").replace(" ", "_")
        figures |= {
            f"{key}_rps": middle[0].rate,
            f"{key}_p95_ms": middle[0].p95,
            f"{key}_over_bare": share,
        }
        cells = "".join(
            f"{one.rate:11.0f}{one.p50:11.2f}{one.p95:11.2f}{one.cpu:11.2f}" for one in middle
        )
        print(
            f"{route.name:24}{cells}{share:11.2f}{'' if share >= LEAST else f'   NOT {LEAST} of it'}",
            flush=True,
        )
    return figures | {f"{family}_over_bare": min(each) for family, each in shares.items()}


def main() -> None:
    """Measure, report, and keep the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--quick", action="store_true", help="a small shop, to see that it runs; keeps no figures"
    )
    parser.add_argument("--keep", type=Path, help="another file for the figures")
    asked = parser.parse_args()
    quick = asked.quick
    with tempfile.TemporaryDirectory(prefix="bellwether-bench-") as scratch:
        home = Path(scratch)
        bench = open_bench(home, 200 if quick else CUSTOMERS)
        plain = {**os.environ, "DATABASE_URL": bench.url, "PYTHONPATH": str(Path.cwd())}
        at_home = plain | {
            "BELLWETHER_HOME": scratch,
            "SECRET_KEY": bench.secret,
            "RATE_LIMIT": "1000000/second",
            "TENANT_RATE_LIMIT": "1000000/second",
            "BELLWETHER_OPEN": SLUG,
        }
        by_hand = ["-m", "benchmarks.api.bare"]
        with (
            serving(["-c", ALONE], at_home) as ours,
            serving(by_hand, plain | {"BARE_KEY": bench.key.hex()}) as bare,
        ):
            figures = compare(bench, ours, bare, *((1, 0.3) if quick else (9, 0.6)))
            figures |= fifty_at_once(bench, ours)
            figures |= predictions_meanwhile(bench, ours, 1.0 if quick else 5.0)
        bench.shop.engine.dispose()
    if asked.keep or not quick:
        keep(asked.keep or RESULTS / "api.json", figures)
    for family in ("list", "read", "checkout"):
        print(f"{family}_over_bare {figures[f'{family}_over_bare']:.2f}")


if __name__ == "__main__":
    main()
