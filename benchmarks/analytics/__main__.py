"""Measures what questions about a period cost on a million orders, beside writing each by hand.

    make bench-api

A stream of a million orders with the simulator's mix is loaded into a mart. Each question is asked some times, in
turns with the same question in hand-written DuckDB (``by_hand.sql``) over the snapshot's files; the least time of each
counts, since other work on the machine only adds to it. By hand a question gives the figures of `LEAST`, as the stream
is at its end: these must be the same, and only a mart also gives them as of any other instant. Figures go to
``benchmarks/results/api.json``.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.features.stream import END, Stream, simulated_year, write_stream
from benchmarks.figures import RESULTS, keep
from sqlalchemy import Engine, text

from analytics.assortment import read_assortment
from analytics.filling import keep_links, mart_of
from analytics.mart_sql import LINKED
from analytics.periods import Period
from analytics.questions import QUESTIONS
from analytics.view import View
from commerce.records.database import connect, migrate, reading
from commerce.records.tenants import find_tenant
from features.evaluating.database import Database, open_database, show_files

ORDERS = 1_000_000
PER_COPY = 4_273
"""Orders of the simulated year."""
YEAR = Period(date(2025, 1, 1), date(2025, 12, 31))
TARGET_MS = 300

ASKED: dict[str, dict[str, Any]] = {
    "sales_total": {"period": YEAR},
    "sales_metrics": {"period": YEAR, "by": "week"},
    "revenue_by_category": {"period": YEAR},
    "top_products": {"period": YEAR},
    "product_performance": {"period": YEAR},
    "categories_summary": {"period": YEAR},
    "order_lifecycle": {"period": YEAR},
    "payment_rates": {"period": YEAR},
    "inactive_rate": {},
    "top_customers": {},
    "vip_customers": {},
    "new_customers": {},
    "inactive_customers": {},
    "customer_segments": {},
    "cohorts": {"period": YEAR},
    "overview": {"period": YEAR},
    "tenant_summary": {},
}
"""What is asked, and with what."""

LEAST: dict[str, Callable[[Any], Any]] = {
    "sales_total": lambda found: (found.orders, found.sales.gross_minor),
    "payment_rates": lambda found: (found.total.captured, found.total.captured_minor),
    "inactive_rate": lambda found: (found.whole - found.part, found.whole),
    "sales_metrics": lambda found: {
        each.period.first: each.sales.gross_minor for each in found[1:] if each.sales.gross_minor
    },
    "top_products": lambda found: {each.product.hex: each.sales.units_sold for each in found},
    "revenue_by_category": lambda found: {
        each.name: each.own.gross_minor for each in found if each.own.gross_minor
    },
    "customer_segments": lambda found: (
        sum(each.customers for each in found.segments if each.name != "never_bought"),
        list(found.edges.frequency),
    ),
    "new_customers": len,
    "cohorts": lambda found: sum(each.customers for each in found),
    "order_lifecycle": lambda found: {
        each.state: each.entered for each in found.states if each.kind == "order" and each.entered
    },
}
"""What of an answer the hand-written question gives, too."""


def by_hand() -> dict[str, str]:
    """Read the questions that are written by hand, by name."""
    written = (Path(__file__).parent / "by_hand.sql").read_text(encoding="utf-8")
    parts = [part.partition("\n") for part in written.split("-- ask ")[1:]]
    return {name.strip(): query for name, _, query in parts}


def load(engine: Engine, stream: Stream) -> View:
    """Load a stream into a mart; copies of a refund are of the copy of its order."""
    with reading(engine) as connection:
        tenant = find_tenant(connection, "bench")
        pairs = {
            str(record)[:24]: str(order)[:24]
            for name in LINKED
            for record, order in connection.execute(text(f"SELECT id, order_id FROM {name}"))
            if order is not None
        }

        def links(database: Database) -> None:
            types = [kind for kinds in LINKED.values() for kind in kinds]
            found = database.execute(
                "SELECT DISTINCT aggregate_id FROM arrived WHERE list_contains(?, type)", [types]
            ).fetchall()
            keep_links(database, [(key, pairs[key[:24]] + key[24:]) for (key,) in found])

        began = time.perf_counter()
        database = mart_of(stream.snapshot, tenant.zone, links)
        print(f"{stream.snapshot.events:,} events loaded in {time.perf_counter() - began:.0f} s")
        assortment = read_assortment(connection, tenant.id, database)
    return View(
        tenant=tenant,
        as_of=END,
        backfills=0,
        assortment=assortment,
        database=database,
        engine=engine,
    )


def measure(view: View, stream: Stream, rounds: int) -> dict[str, float]:
    """Ask everything in turns with what is written by hand; give milliseconds and ratios."""
    written = by_hand()
    plain = open_database()
    show_files(plain, "event", stream.snapshot.files)
    zone = view.tenant.zone.key
    plain.execute(f"SET TimeZone = '{zone}'")
    figures: dict[str, float] = {}
    for name, asked in ASKED.items():
        ours, theirs = [], []
        for _ in range(rounds):
            began = time.perf_counter()
            answer = QUESTIONS[name](view, **asked)
            ours.append(time.perf_counter() - began)
            if name in written:
                began = time.perf_counter()
                rows = plain.execute(written[name]).fetchall()
                theirs.append(time.perf_counter() - began)
        figures[f"{name}_ms"] = 1000 * min(ours)
        beside = ""
        if theirs:
            expected = LEAST[name](answer)
            if isinstance(expected, dict):
                got: Any = {key: figure for key, figure in rows if key in expected}
            else:
                got = rows[0] if isinstance(expected, tuple) else rows[0][0]
            assert got == expected, (
                f"{name} must be by hand what it is here; got {got} and {expected}"
            )
            figures[f"{name}_over_handwritten"] = min(ours) / min(theirs)
            beside = f"{1000 * min(theirs):10.0f} ms by hand{min(ours) / min(theirs):8.2f} of it"
        met = "" if 1000 * min(ours) < TARGET_MS else "   NOT under 300 ms"
        print(f"{name:24}{1000 * min(ours):8.0f} ms{beside}{met}")
    plain.close()
    return figures


def main() -> None:
    """Measure, report, and keep the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--quick", action="store_true", help="a small stream, to see that it runs; keeps no figures"
    )
    asked = parser.parse_args()
    customers, copies = (40, 2) if asked.quick else (1000, -(-ORDERS // PER_COPY))
    with tempfile.TemporaryDirectory() as scratch:
        engine = connect(f"sqlite:///{scratch}/records.db")
        migrate(engine)
        year = simulated_year(engine, customers)
        stream = write_stream(year, copies, Path(scratch) / "stream")
        view = load(engine, stream)
        figures = measure(view, stream, 1 if asked.quick else 5)
        view.database.close()
        engine.dispose()
    if not asked.quick:
        keep(RESULTS / "api.json", figures)


if __name__ == "__main__":
    main()
