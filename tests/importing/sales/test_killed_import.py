"""An import that is killed is completed by the next one: the same end, as if nothing had happened."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.importing.shops import Shop

_CHILD = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from commerce.records.database import connect
from importing.sales import importer
from importing.sales.options import TransactionOptions
from importing.engine.writing import Writer

url, path, after = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
importer._CHUNK = 40
opened = 0
session = Writer.session


def counted(self):
    global opened
    opened += 1
    if opened > after:
        os.kill(os.getpid(), signal.SIGKILL)
    return session(self)


Writer.session = counted
importer.import_transactions(
    connect(url), path, TransactionOptions(tenant="acme", order="no", customer="who", time="at",
    product="sku", quantity="qty", price="price", returns="prefix:C", allow_refused=1.0),
    now=datetime(2026, 1, 1, tzinfo=UTC), rejects_folder=path.parent)
"""


def content() -> str:
    rows = ["no,who,at,sku,qty,price"]
    for number in range(150):
        day = f"2011-{1 + number % 12:02}-{1 + number % 27:02} 10:{number % 60:02}"
        rows += [f"{number},c{number % 17},{day},A{line},{line + 1},1.25" for line in range(3)]
        if number % 5 == 0:
            rows.append(f"C{number},c{number % 17},2011-12-31 {number % 24:02}:00,A1,-1,1.25")
    return "\n".join(rows)


NAMED = {
    "order": "no",
    "customer": "who",
    "time": "at",
    "product": "sku",
    "quantity": "qty",
    "price": "price",
    "returns": "prefix:C",
}


@pytest.mark.parametrize("after", [0, 1, 2, 3, 8, 13])
def test_a_killed_import_is_completed_by_the_next(
    make_shop: Callable[[str], Shop], tmp_path: Path, after: int
) -> None:
    whole, broken = make_shop("whole"), make_shop("broken")
    whole.sell(content(), **NAMED)
    path = broken.write(content())
    child = subprocess.run(
        [sys.executable, "-c", _CHILD, broken.engine.url.render_as_string(), str(path), str(after)],
        check=False,
        env=dict(os.environ),
    )
    assert child.returncode == -signal.SIGKILL
    placed = {event.aggregate_id for event in broken.events("order.placed")}
    assert placed == {event.aggregate_id for event in broken.events("order.paid")}
    assert len(broken.events("order.line")) == 3 * len(placed)
    assert len(broken.events()) < len(whole.events())
    broken.sell(content(), **NAMED)
    assert broken.state() == whole.state()


def test_a_killed_import_leaves_no_file_behind(make_shop: Callable[[str], Shop]) -> None:
    broken = make_shop("broken")
    path = broken.write(content())
    before = set(broken.folder.iterdir())
    child = subprocess.run(
        [sys.executable, "-c", _CHILD, broken.engine.url.render_as_string(), str(path), "4"],
        check=False,
    )
    assert child.returncode == -signal.SIGKILL
    left = {path.name for path in set(broken.folder.iterdir()) - before}
    assert left <= {"records.db-wal", "records.db-shm"}
