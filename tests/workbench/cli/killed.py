"""The command itself, killed at some instant; and all that a record store then holds of a tenant, for comparing two."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Engine, func, inspect, select, type_coerce
from sqlalchemy.exc import SQLAlchemyError

from commerce.records import schema
from commerce.records.database import reading

WALL = {"ingested_at", "created_at", "started_at", "finished_at", "undone_at"}
"""Columns that are of wall time wherever they are not of the file."""
OF_FILE = {"customer.created_at", "payment.created_at"}
COUNTED = ("event", "posting", "payment_event", "account")
"""Tables whose ids are counted over all tenants, and on PostgreSQL with gaps where something was taken back."""
REFERRING = {
    "event_id": "event",
    "first_event_id": "event",
    "last_event_id": "event",
    "debit_account_id": "account",
    "credit_account_id": "account",
    "last_posting_id": "posting",
}


def sales(orders: int, *, seed: int = 1) -> str:
    """Orders of some lines each, and some of their goods sent back."""
    chance = random.Random(seed)
    rows = ["no,who,at,sku,qty,price"]
    for number in range(orders):
        at = f"2025-{1 + number * 11 // orders:02}-{chance.randrange(1, 28):02} 10:{number % 60:02}"
        who = f"c{chance.randrange(orders // 10 + 1)}"
        rows += [
            f"{number},{who},{at},A{line},{chance.randrange(1, 4)},{chance.randrange(1, 900)}.25"
            for line in range(chance.randrange(1, 3))
        ]
        if not number % 9:
            rows.append(f"C{number},{who},2025-12-{1 + number % 27:02} 11:00,A0,-1,1.25")
    return "\n".join(rows) + "\n"


COLUMNS = (
    *("--customer", "who", "--time", "at", "--order", "no", "--product", "sku"),
    *("--quantity", "qty", "--price", "price", "--returns", "prefix:C"),
)


def environment(home: Path, url: str | None) -> dict[str, str]:
    """What the command of a home is started with."""
    own = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return own | {"BELLWETHER_HOME": str(home)} | ({"DATABASE_URL": url} if url else {})


def start(home: Path, url: str | None, *words: str) -> subprocess.Popen[str]:
    """Start the command."""
    return subprocess.Popen(
        [sys.executable, "-c", "from workbench.cli import main; main()", *words],
        env=environment(home, url),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(home: Path, url: str | None, *words: str) -> str:
    """Run the command to its end, and give what it printed."""
    process = start(home, url, *words)
    shown, _ = process.communicate(timeout=300)
    assert process.returncode == 0, shown
    return shown


def kill_when(process: subprocess.Popen[str], due: Callable[[], bool], delay: float) -> None:
    """Kill a process some seconds after something is the case, unless it ends before."""
    while process.poll() is None and not due():
        time.sleep(0.005)
    with suppress(subprocess.TimeoutExpired):
        process.wait(delay)
    process.kill()
    process.communicate()


def events_in(engine: Engine) -> int:
    """Count the events that a store holds; it may not have its tables yet."""
    try:
        with reading(engine) as connection:
            return int(connection.scalar(select(func.count()).select_from(schema.event)) or 0)
    except SQLAlchemyError:
        return 0


def held(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table: counted ids by their rank, and nothing of wall time."""
    assert inspect(engine).has_table("event")
    with reading(engine) as connection:
        ranks = {
            name: {
                number: rank
                for rank, number in enumerate(
                    connection.scalars(
                        select(schema.metadata.tables[name].c.id).order_by(
                            schema.metadata.tables[name].c.id
                        )
                    )
                )
            }
            for name in COUNTED
        }
        found = {}
        for table in schema.metadata.sorted_tables:
            columns = [
                type_coerce(column, BigInteger).label(column.name)
                if isinstance(column.type, schema.Instant)
                else column
                for column in table.c
                if column.name not in WALL or f"{table.name}.{column.name}" in OF_FILE
            ]
            rows = [row._asdict() for row in connection.execute(select(*columns))]
            for row in rows:
                for name, of in REFERRING.items():
                    if row.get(name) is not None:
                        row[name] = ranks[of][row[name]]
                if table.name in COUNTED:
                    row["id"] = ranks[table.name][row["id"]]
                if row.get("type") == "event.annulled" and table.name == "event":
                    row["value"] = ranks["event"][row["value"]]
                    row["source_key"] = row["source_key"].split(":")[0]
                elif row.get("type") == "event.annulled":
                    row["reference"] = row["reference"].split("/")[0]
            found[table.name] = sorted(rows, key=repr)
    found["file_import_part"] = joined(found["file_import_part"])
    return found


def joined(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Spans of an import that follow each other, as one."""
    spans: list[dict[str, Any]] = []
    for part in sorted(parts, key=lambda part: part["first_event_id"]):
        before = spans[-1] if spans else None
        follows = before is not None and before["last_event_id"] + 1 == part["first_event_id"]
        if before is not None and follows and before["number"] == part["number"]:
            before["last_event_id"] = part["last_event_id"]
        else:
            spans.append(dict(part))
    return spans
