"""Canonical rows of the stream, as Arrow tables, and a hash that does not depend on how they were cut.

Rows in the order of their ids are hashed in blocks of a fixed number of rows, column by column, and the
blocks' digests are chained. Where a batch, a file or an increment began leaves no trace, and appending
re-reads at most one block.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from commerce.records.stream import FEATURE_COLUMNS

BLOCK = 16_384
"""Rows that are hashed together."""

MARKS = 64
"""Blocks behind which a hash can be taken up again: about a million rows."""

_INTEGERS = ("id", "occurred_at", "recorded_at", "due_at", "base_minor", "quantity", "value")
_REQUIRED = ("id", "type", "occurred_at", "recorded_at")

SCHEMA = pa.schema(
    [
        pa.field(
            name,
            pa.int64() if name in _INTEGERS else pa.string(),
            nullable=name not in _REQUIRED,
        )
        for name in FEATURE_COLUMNS
    ]
)
"""Columns of a snapshot: instants in epoch microseconds, ids of people and goods in 32 hex digits."""

_ZERO: Any = pa.scalar(0, pa.int64())
_EMPTY: Any = pa.scalar("", pa.string())
_compute: Any = pc
_START = hashlib.sha256(SCHEMA.to_string().encode()).hexdigest()


def to_table(rows: Sequence[Sequence[Any]]) -> pa.Table:
    """Build a table from event rows in the order of ``FEATURE_COLUMNS``."""
    columns = list(zip(*rows, strict=True)) or [()] * len(SCHEMA)
    arrays = [
        pa.array(values, type=kind.type) for values, kind in zip(columns, SCHEMA, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)


@dataclass(frozen=True, kw_only=True)
class Chain:
    """The hash of all full blocks so far: where an increment goes on."""

    digest: str = _START
    """Of every full block."""
    events: int = 0
    """Rows in full blocks."""
    last_id: int = 0
    """The last of them; 0 if none is full."""


@dataclass
class CanonicalHash:
    """The hash of rows fed to it in the order of their ids.

    Examples
    --------
    >>> rows = [(n, "order.placed", *[None] * 5, n, n, *[None] * 7) for n in range(1, 40_000)]
    >>> whole, cut = CanonicalHash(), CanonicalHash()
    >>> whole.add(to_table(rows))
    >>> for start in range(0, len(rows), 7_000):
    ...     cut.add(to_table(rows[start : start + 7_000]))
    >>> whole.hexdigest() == cut.hexdigest()
    True
    >>> resumed = CanonicalHash(chain=cut.chain)
    >>> resumed.add(to_table([row for row in rows if row[0] > cut.chain.last_id]))
    >>> resumed.hexdigest() == whole.hexdigest()
    True
    """

    chain: Chain = field(default_factory=Chain)
    """Where to go on; the beginning by default."""
    marks: deque[Chain] = field(default_factory=lambda: deque([Chain()], maxlen=MARKS))
    """How it stood behind each of the last blocks, oldest first: where it can be taken up again."""
    _pending: list[pa.Table] = field(default_factory=list)
    _rows: int = 0

    def add(self, rows: pa.Table) -> None:
        """Take in rows whose ids are higher than all before."""
        self._pending.append(rows)
        self._rows += rows.num_rows
        if self._rows < BLOCK:
            return
        waiting = pa.concat_tables(self._pending).combine_chunks()
        start = 0
        while waiting.num_rows - start >= BLOCK:
            block = waiting.slice(start, BLOCK)
            self.chain = replace(
                self.chain,
                digest=_joined(self.chain.digest, _block_digest(block)),
                events=self.chain.events + BLOCK,
                last_id=block.column("id")[BLOCK - 1].as_py(),
            )
            self.marks.append(self.chain)
            start += BLOCK
        self._pending = [waiting.slice(start)]
        self._rows = waiting.num_rows - start

    def hexdigest(self) -> str:
        """Give the hash of all rows so far, 32 hex digits."""
        digest = self.chain.digest
        if self._rows:
            rest = pa.concat_tables(self._pending).combine_chunks()
            digest = _joined(digest, _block_digest(rest))
        return digest[:32]


def _joined(before: str, block: bytes) -> str:
    return hashlib.sha256(before.encode() + block).hexdigest()


def _block_digest(block: pa.Table) -> bytes:
    """Hash rows column by column: which are there, how long they are, what they say."""
    digest = hashlib.sha256()
    for column in block.columns:
        missing = np.asarray(column.is_null())
        digest.update(missing.tobytes())
        if pa.types.is_integer(column.type):
            digest.update(column.fill_null(_ZERO).to_numpy().astype("<i8").tobytes())
        else:
            words: Any = column.fill_null(_EMPTY)
            digest.update(_compute.binary_length(words).to_numpy().astype("<i4").tobytes())
            digest.update("".join(words.to_pylist()).encode())
    return digest.digest()
