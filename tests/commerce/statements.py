"""The statements that a workflow executes: counted, and broken one by one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event


class FaultError(Exception):
    """What a test breaks a statement with."""


@contextmanager
def statements(engine: Engine, *, fail_at: int | None = None) -> Iterator[list[str]]:
    """Collect the statements that are executed, and break one."""
    seen: list[str] = []

    def before(connection: Connection, cursor: Any, statement: str, *more: Any) -> None:
        seen.append(statement)
        if len(seen) - 1 == fail_at:
            raise FaultError(statement)

    event.listen(engine, "before_cursor_execute", before)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", before)
