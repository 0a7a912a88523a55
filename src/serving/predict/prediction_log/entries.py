"""What the log keeps of an answer: all that its row of the record store is made of, in about two kilobytes."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

import msgspec
import numpy as np
from msgspec.structs import asdict
from numpy.typing import NDArray

from commerce.records.instants import from_micros, to_micros
from scoring.any_package import read_label
from scoring.decisions import Decision
from scoring.package import Package
from serving.predict.scores import ScoreRow, name_values, score_row


class Entry(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """An answer that was decided, and is to be kept before it is given."""

    decision: Decision
    package: Package
    values: NDArray[np.float64]
    """What was scored, shape (n_outputs,)."""
    request_id: str
    tenant: str
    """The slug; whose records they are is looked up where the answer is loaded."""
    customer_id: UUID | None
    as_of: datetime
    made_at: datetime
    backfills: int

    def row(self, tenant_id: int) -> ScoreRow:
        """Give the row that the record store keeps."""
        return score_row(
            self.decision,
            self.package,
            self.values,
            request_id=self.request_id,
            tenant_id=tenant_id,
            customer_id=self.customer_id,
            as_of=self.as_of,
            made_at=self.made_at,
            backfills=self.backfills,
            origin="online",
        )


class _Features(msgspec.Struct, array_like=True, tag=1):
    """Which features the values of a package's answers are, once in each segment."""

    package: str
    names: tuple[str, ...]


class _Answer(msgspec.Struct, array_like=True, tag=2):
    request_id: str
    tenant: str
    customer_id: bytes | None
    package: str
    as_of: int
    made_at: int
    backfills: int
    decision: Decision
    values: bytes


_write = msgspec.msgpack.Encoder().encode
_read = msgspec.msgpack.Decoder(_Features | _Answer).decode


def write_features(package: Package) -> bytes:
    """Write which features a package reads; it goes before the first of its answers."""
    return _write(_Features(package.label, tuple(package.names)))


def write_entry(entry: Entry) -> bytes:
    """Write an answer."""
    micros = to_micros(entry.as_of), to_micros(entry.made_at)
    return _write(_as_answer(entry, entry.package.label, *micros))


def write_entries(entries: Sequence[Entry]) -> list[bytes]:
    """Write answers, each by itself; what many of them share is worked out once."""
    label, micros = lru_cache(maxsize=4)(_label_of), lru_cache(maxsize=4)(to_micros)
    return [
        _write(_as_answer(each, label(each.package), micros(each.as_of), micros(each.made_at)))
        for each in entries
    ]


def _as_answer(entry: Entry, label: str, as_of: int, made_at: int) -> _Answer:
    customer = entry.customer_id
    return _Answer(
        entry.request_id,
        entry.tenant,
        None if customer is None else customer.bytes,
        label,
        as_of,
        made_at,
        entry.backfills,
        entry.decision,
        _bytes_of(entry.values),
    )


def _label_of(package: Package) -> str:
    return package.label


def _bytes_of(values: NDArray[np.float64]) -> bytes:
    """Write float64, the lowest byte first; as they lie in memory, nearly everywhere."""
    return values.tobytes() if sys.byteorder == "little" else values.astype("<f8").tobytes()


class Logged(NamedTuple):
    """An answer as it is read back."""

    tenant: str
    row: ScoreRow
    """With a ``tenant_id`` of 0, until somebody looks it up."""


def read_entries(frames: Iterator[bytes]) -> Iterator[Logged]:
    """Read the answers of a segment, in the order they were given in."""
    names: dict[str, tuple[str, ...]] = {}
    for frame in frames:
        found = _read(frame)
        if isinstance(found, _Features):
            names[found.package] = found.names
            continue
        values = np.frombuffer(found.values, dtype="<f8")
        customer = found.customer_id
        yield Logged(
            found.tenant,
            ScoreRow(
                **asdict(found.decision),
                request_id=found.request_id,
                tenant_id=0,
                customer_id=None if customer is None else UUID(bytes=customer),
                model=read_label(found.package).model,
                model_version=found.package,
                as_of=from_micros(found.as_of),
                made_at=from_micros(found.made_at),
                backfills=found.backfills,
                origin="online",
                features=name_values(values, names[found.package]),
            ),
        )
