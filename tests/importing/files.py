"""One small file of every kind that can be imported, and how each is taken in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from tests.importing.olist.olist_folder import make_olist, write_olist
from tests.importing.shops import NOW

from importing.bids.importer import BidOptions, import_bids
from importing.engine.summary import ImportSummary
from importing.events.importer import EventOptions, import_events
from importing.olist.importer import import_olist
from importing.sales.importer import import_transactions
from importing.sales.options import TransactionOptions

SALES = """no,who,at,sku,qty,price,state
1,ann,2025-01-02 10:00,A,2,5.00,paid
1,ann,2025-01-02 10:00,B,1,2.50,paid
2,bob,2025-01-03 11:00,A,1,5.00,completed
3,,2025-01-04 12:00,A,1,5.00,paid
C4,ann,2025-02-01 09:00,A,-1,5.00,paid
5,bob,2025-02-02 09:00,B,none,5.00,paid
6,cid,2025-02-03 09:00,B,2,2.50,cancelled
7,dan,2025-02-04 09:00,B,2,2.50,refunded
"""
EVENTS = """type,customer,occurred_at,aggregate_type,aggregate_id,amount,currency,due_at
order.placed,K-1,2025-03-01T10:00,order,A1,24.99,EUR,
invoice.issued,K-1,2025-03-01T10:00,invoice,R1,24.99,EUR,2025-03-15
payment.captured,K-1,2025-03-20T08:00,payment,P1,24.99,EUR,
invoice.issued,K-2,2025-03-02T09:00,invoice,R2,80.00,EUR,2025-03-16
order.splat,K-2,2025-03-02T09:00,order,R2,80.00,EUR,
"""
BIDS = "lot,most,when,who\nL1,20,0,ann\nL1,35.5,1,bob\nL1,nothing,2,cid\nL2,8,3,ann\n"

Importing = Callable[..., ImportSummary]


def importing(kind: str, engine: Engine, folder: Path, *, tenant: str = "acme") -> Importing:
    """Give what imports a small file of a kind; it takes ``dry_run``."""
    taken: dict[str, Any] = {"tenant": tenant, "allow_refused": 1.0}
    more: dict[str, Any] = {"now": NOW, "rejects_folder": folder / "raw" / tenant}
    texts = {"transactions": SALES, "events": EVENTS, "bids": BIDS}
    path = folder / f"{kind}.csv"
    if kind in texts:
        path.write_text(texts[kind])
    elif not (folder / "olist").exists():
        write_olist(folder / "olist", make_olist(20))
    columns: dict[str, Any] = {
        "order": "no",
        "customer": "who",
        "time": "at",
        "product": "sku",
        "price": "price",
    }
    columns |= {"quantity": "qty", "status": "state", "returns": "prefix:C"}
    lots = {"auction": "lot", "amount": "most", "time": "when", "bidder": "who"}

    def run(**given: Any) -> ImportSummary:
        said = more | given
        if kind == "transactions":
            return import_transactions(engine, path, TransactionOptions(**taken, **columns), **said)
        if kind == "events":
            return import_events(engine, path, EventOptions(**taken), **said)
        if kind == "bids":
            options = BidOptions(**taken, columns=lots, elapsed="hours")
            return import_bids(engine, path, options, **said)[0]
        return import_olist(engine, folder / "olist", tenant, **said)

    return run


KINDS = ("transactions", "events", "olist", "bids")
