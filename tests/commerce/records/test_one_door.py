"""Statuses, balances and events are written by `fire` and `post`, and by nothing else.

Read from the code itself: every statement of every module is looked at. History that importers and the
simulator bring in whole goes in by `stream.append` and plain inserts; it may not change a status either.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from commerce.records.states import MOVED_BY_EVENTS

SRC = Path(__file__).parents[3] / "src"
DOORS = {
    "commerce/records/machine.py",  # fire
    "commerce/records/ledger.py",  # post
    "importing/engine/annulling.py",  # annul: along the machines, too
    "commerce/records/stream/writing.py",  # what both stand on
    "commerce/tracking.py",  # what other systems saw; it moves nothing
    "commerce/records/bulk.py",
}
HISTORY = ("importing/", "simulation/")
KEPT = frozenset({"event", "posting", "outbox"})
GUARDED = frozenset({"status", "balance"})


def name_of(node: ast.expr) -> str:
    """The last name of a dotted expression: ``event`` of ``schema.event``."""
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return node.id if isinstance(node, ast.Name) else ""


def keys_of(call: ast.Call) -> set[str]:
    """Every column that a call names by keyword or by the key of a dictionary."""
    found = {keyword.arg for keyword in call.keywords if keyword.arg}
    for node in ast.walk(call):
        if isinstance(node, ast.Dict):
            found |= {name_of(key) for key in node.keys if key is not None}
    return found


def breaches(source: str, *, history: bool = False) -> Iterator[str]:
    """Every place where a module writes what is not its to write."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        callee = name_of(node.func)
        target = name_of(node.args[0]) if node.args else ""
        if callee in ("insert", "update", "delete") and target in KEPT - {"outbox"}:
            yield f"line {node.lineno}: {callee} into {target}"
        if callee in ("add", "change") and target == "work" and keys_of(node) & GUARDED:
            yield f"line {node.lineno}: {callee} of {keys_of(node) & GUARDED}"
        if callee in ("add", "change") and name_of(node.args[-1]) in KEPT | {"account"}:
            yield f"line {node.lineno}: {callee} of {name_of(node.args[-1])}"
        if callee == "update" and target == "account":
            yield f"line {node.lineno}: update of account"
        if callee == "insert" and target == "outbox":
            yield f"line {node.lineno}: insert into outbox"
        if callee == "values" and keys_of(node) & GUARDED and is_update(node):
            yield f"line {node.lineno}: update of {keys_of(node) & GUARDED}"
        if history:
            continue
        if callee == "values" and keys_of(node) & GUARDED:
            yield f"line {node.lineno}: insert of {keys_of(node) & GUARDED}"
        given = callee == "ask" or (callee == "execute" and len(node.args) > 1)
        if given and keys_of(node) & GUARDED:
            yield f"line {node.lineno}: parameters with {keys_of(node) & GUARDED}"
        if callee in ("append", "emit") and target == "connection":
            yield f"line {node.lineno}: {callee} to the stream"
        if callee == "insert_rows" and name_of(node.args[1]) in {*KEPT, *MOVED_BY_EVENTS}:
            yield f"line {node.lineno}: rows into {name_of(node.args[1])}"
        if callee == "inserting" and target in {*KEPT, *MOVED_BY_EVENTS}:
            yield f"line {node.lineno}: rows into {target}"
        if callee == "text" and any(verb in target.upper() for verb in ("UPDATE ", "INSERT ")):
            yield f"line {node.lineno}: {target}"


def is_update(call: ast.Call) -> bool:
    """Whether a chain of calls such as ``update(t).where(..).values(..)`` begins with an update."""
    return any(
        isinstance(node, ast.Call) and name_of(node.func) == "update" for node in ast.walk(call)
    )


def modules() -> list[str]:
    """Every module that could write records, migrations apart."""
    found = [
        str(path.relative_to(SRC))
        for package in ("commerce", "importing", "simulation", "serving", "workbench")
        for path in sorted((SRC / package).rglob("*.py"))
        if "migrations" not in path.parts
    ]
    return [path for path in found if path not in DOORS]


@pytest.mark.parametrize("module", modules())
def test_no_other_function_writes_a_status_a_balance_or_an_event(module: str) -> None:
    source = (SRC / module).read_text(encoding="utf-8")
    assert list(breaches(source, history=module.startswith(HISTORY))) == []


@pytest.mark.parametrize(
    "naive",
    [
        "connection.execute(update(schema.orders).where(x).values(status='paid'))",
        "connection.execute(update(orders).values({'status': 'paid'}))",
        "connection.execute(insert(schema.brand), {'id': 1, 'status': 'approved'})",
        "connection.execute(insert(schema.event).values(type='order.paid'))",
        "connection.execute(update(schema.account).values(balance=0))",
        "work.ask(change, order=order_id, status='paid')",
        "rows.change(work, schema.orders, order_id, status='paid')",
        "rows.add(work, schema.brand, id=1, status='approved')",
        "rows.add(work, schema.posting, amount=1)",
        "connection.execute(text('UPDATE orders SET status = 1'))",
        "emit(work.connection, work.tenant, [event], ingested_at=1)",
        "append(connection, tenant, [event], ingested_at=1)",
        "insert_rows(connection, 'posting', columns, rows)",
        "execute(connection, inserting('event', columns), as_document(columns, rows))",
    ],
)
def test_a_second_door_would_be_found(naive: str) -> None:
    assert list(breaches(naive))


def test_even_history_changes_no_status() -> None:
    naive = "connection.execute(update(schema.orders).where(x).values(status='paid'))"
    assert list(breaches(naive, history=True))
    assert not list(breaches("append(connection, tenant, [event], ingested_at=1)", history=True))
