"""Shops in which nearly nobody buys twice: one like CDNOW's customers, one like Olist's."""

from __future__ import annotations

import csv
import random
from datetime import datetime, timedelta
from pathlib import Path

from tests.importing.olist.olist_folder import at, make_olist, write_olist

_WRITTEN = "%Y-%m-%d %H:%M:%S"
_OPENED, _CLOSED = datetime(1997, 1, 1), datetime(1998, 7, 1)
_PRICES = (9.77, 11.77, 12.99, 14.37, 15.99)


def write_cdnow(path: Path, customers: int = 2000, seed: int = 1) -> Path:
    """Write sales by the day: all come in one quarter, most buy once, some for nothing; no deliveries."""
    rng = random.Random(seed)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["customer", "day", "cds", "dollars"])
        for customer in range(1, customers + 1):
            moment = first = _OPENED + timedelta(days=rng.randrange(84))
            rate = max(rng.gammavariate(0.6, 1 / 60), 1e-4)
            stays = rng.expovariate(1 / (400 * rng.random() + 5))
            while moment < _CLOSED and (moment - first).days <= stays:
                number = 1 + (rng.random() < 0.4) * rng.randrange(1, 6)
                paid = 0.0 if rng.random() < 0.02 else sum(rng.choices(_PRICES, k=number))
                writer.writerow([customer, f"{moment:%Y%m%d}", number, f"{paid:.2f}"])
                moment += timedelta(days=rng.expovariate(rate))
    return path


def write_olist_like(folder: Path, orders: int = 4500, seed: int = 2) -> Path:
    """Write an Olist in which one order in ten is a second one, some weeks after the first."""
    rng = random.Random(seed)
    rows = make_olist(orders, seed=seed)
    people, placed = rows["olist_customers_dataset"], rows["olist_orders_dataset"]
    for place in range(1, len(placed)):
        earlier = rng.randrange(max(0, place - 400), place)
        again = _read(placed[earlier][3]) + timedelta(days=rng.expovariate(1 / 60))
        if rng.random() >= 0.1 or again > datetime(2018, 12, 4):
            continue
        shift = again - _read(placed[place][3])
        times = [at(_read(cell) + shift) if cell else "" for cell in placed[place][3:]]
        placed[place] = (*placed[place][:3], *times[:-1], f"{times[-1][:10]} 00:00:00")
        people[place] = (people[place][0], people[earlier][1], *people[place][2:])
    arrived = {order[0]: _read(order[6] or order[7]) for order in placed}
    rows["olist_order_reviews_dataset"] = [
        (*review[:5], at(arrived[review[1]]), at(arrived[review[1]] + timedelta(hours=30)))
        for review in rows["olist_order_reviews_dataset"]
    ]
    return write_olist(folder, rows)


def _read(cell: object) -> datetime:
    return datetime.strptime(str(cell), _WRITTEN)
