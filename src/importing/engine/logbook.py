"""Which files came in: a row for each import, written with its first events, and the spans of ids that are its own.

An import that was killed and is done again goes on under its number: the same kind of file, with the same content,
taken in with the same options. Everything is written in the transactions of the import, so it is as true as they are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from commerce.records import schema
from commerce.records.identity import reserve_numbers
from commerce.records.tenants import Tenant

_imports, _parts = schema.file_import, schema.file_import_part


@dataclass(frozen=True)
class SourceFile:
    """What came in: a kind, a file or a folder of files, and what was said about it."""

    kind: str
    path: Path
    options: Mapping[str, Any]
    parts: Sequence[str] = ()
    """Names of the files in a folder."""

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the content, 64 hexadecimal digits."""
        digest = hashlib.sha256()
        for path in [self.path / part for part in self.parts] or [self.path]:
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        return digest.hexdigest()


def options_given(options: Any) -> dict[str, Any]:
    """Give what of a dataclass of options is not the default, as JSON holds it; of a path only the name.

    Examples
    --------
    >>> from importing.engine.intake import FileOptions
    >>> options_given(FileOptions(tenant="acme", time_format=("DMY",), decimal=","))
    {'decimal': ',', 'time_format': ['DMY']}
    """
    given = {field.name: getattr(options, field.name) for field in fields(options)}
    blank = {field.name: field.default for field in fields(options)}
    return {
        name: _plain(value)
        for name, value in given.items()
        if name != "tenant" and value != blank[name] and value not in ((), {})
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Path):
        return value.name
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, Collection) and not isinstance(value, str) else value


def unfinished(connection: Connection, tenant: Tenant, file: SourceFile) -> int | None:
    """Find the import of the same file, taken in alike, that did not come to its end."""
    found = connection.execute(
        select(_imports.c.number, _imports.c.options).where(
            _imports.c.tenant_id == tenant.id,
            _imports.c.kind == file.kind,
            _imports.c.digest == file.digest,
            _imports.c.finished_at.is_(None),
            _imports.c.undone_at.is_(None),
        )
    )
    said = json.dumps(file.options, sort_keys=True)
    return next(
        (number for number, options in found if json.dumps(options, sort_keys=True) == said), None
    )


def begin(connection: Connection, tenant: Tenant, file: SourceFile, *, now: datetime) -> int:
    """Give the number of an import: that of one to go on with, else the next."""
    number = unfinished(connection, tenant, file)
    if number is None:
        number = reserve_numbers(connection, tenant, _imports.name, 1)
        connection.execute(
            insert(_imports).values(
                tenant_id=tenant.id,
                number=number,
                kind=file.kind,
                name=file.path.name,
                digest=file.digest,
                options=dict(file.options),
                started_at=now,
            )
        )
    return number


def note(
    connection: Connection,
    tenant: Tenant,
    number: int,
    ids: Sequence[int],
    written: Mapping[str, int],
) -> None:
    """Note the events of one transaction as the import's, and count what it wrote."""
    own = (_parts.c.tenant_id == tenant.id, _parts.c.number == number)
    for first, last in _spans(ids):
        longer = connection.execute(
            update(_parts)
            .where(*own, _parts.c.last_event_id == first - 1)
            .values(last_event_id=last)
        )
        if not longer.rowcount:
            values = {"tenant_id": tenant.id, "number": number}
            connection.execute(
                insert(_parts).values(first_event_id=first, last_event_id=last, **values)
            )
    connection.execute(
        update(_imports)
        .where(_imports.c.tenant_id == tenant.id, _imports.c.number == number)
        .values({name: _imports.c[name] + written.get(name, 0) for name in _COUNTED})
    )


_COUNTED = ("customers", "orders", "events")


def _spans(ids: Sequence[int]) -> list[tuple[int, int]]:
    """Put rising ids together where none is missing between them.

    Examples
    --------
    >>> _spans([4, 5, 6, 9, 11, 12])
    [(4, 6), (9, 9), (11, 12)]
    """
    spans: list[tuple[int, int]] = []
    for number in sorted(ids):
        if spans and spans[-1][1] == number - 1:
            spans[-1] = (spans[-1][0], number)
        else:
            spans.append((number, number))
    return spans


def finish(
    connection: Connection,
    tenant: Tenant,
    number: int,
    *,
    read: int,
    rejected: int,
    now: datetime,
) -> None:
    """Note that an import came to its end."""
    connection.execute(
        update(_imports)
        .where(_imports.c.tenant_id == tenant.id, _imports.c.number == number)
        .values(finished_at=now, rows_read=read, rows_rejected=rejected)
    )


def list_imports(connection: Connection, tenant: Tenant) -> Sequence[Row[Any]]:
    """Read a tenant's imports, the first one first."""
    query = select(_imports).where(_imports.c.tenant_id == tenant.id).order_by(_imports.c.number)
    return connection.execute(query).all()


def undone_imports(connection: Connection, tenant: Tenant) -> int:
    """Count a tenant's imports that were undone: what comes in after that is named anew."""
    query = select(func.count()).where(
        _imports.c.tenant_id == tenant.id, _imports.c.undone_at.is_not(None)
    )
    return int(connection.scalar(query) or 0)
