"""How the answers of a batch are written: as lines of JSON, as one JSON array, or as an Arrow stream."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache, partial
from typing import Any, Protocol

import msgspec
from msgspec.structs import asdict, astuple

from scoring.any_package import AnyPackage
from scoring.decisions import Decision
from serving.predict.asking import AnyAnswer
from serving.rest.problems import writable
from serving.rest.refusals import reason_of
from serving.rest.schemas import write_instant

_write = msgspec.json.Encoder()

_Answered: Any = msgspec.defstruct(
    "_Answered",
    [
        *("index", "model", "tenant", "customer_id", "customer"),
        *Decision.__struct_fields__,
        *("explained", "assumed", "model_version", "as_of", "request_id"),
    ],
)
"""A question that has an answer; what is `msgspec.UNSET` is not written."""


class _Refused(msgspec.Struct):
    """A question that has none."""

    index: int
    error: dict[str, Any]


Rows = Sequence[msgspec.Struct]


class AnswerWriter(Protocol):
    """Writes rows, so many at once; `end` gives what comes after the last."""

    def write(self, rows: Rows) -> bytes:
        """Give the bytes of some rows."""
        ...

    def end(self) -> bytes:
        """Give the bytes that end it all."""
        ...


class LineWriter:
    """One JSON object a line."""

    def write(self, rows: Rows) -> bytes:
        """Give the bytes of some rows."""
        return _write.encode_lines(rows)

    def end(self) -> bytes:
        """Nothing comes after the last line."""
        return b""


class ArrayWriter:
    """One JSON array of objects."""

    def __init__(self) -> None:
        self._before = b"["

    def write(self, rows: Rows) -> bytes:
        """Give the bytes of some rows."""
        if not rows:
            return b""
        before, self._before = self._before, b",\n"
        return before + _write.encode(rows)[1:-1]

    def end(self) -> bytes:
        """Close the array; also where it has no rows."""
        return b"[]" if self._before == b"[" else b"]"


def write_rows(first: int, found: Iterable[AnyAnswer | Exception], *, with_reasons: bool) -> Rows:
    """Write answers and refusals as rows, as `serving.rest.schemas.write_answer` does but with parts left as they are.

    Parameters
    ----------
    first : int
        The place of the first among all questions, from 0.

    Raises
    ------
    Exception
        One that refuses no question, but that nobody foresaw.
    """
    rows: list[msgspec.Struct] = []
    write, names = lru_cache(maxsize=16)(write_instant), lru_cache(maxsize=4)(_names)
    for index, each in enumerate(found, first):
        if isinstance(each, Exception):
            rows.append(_Refused(index, _refusal(each)))
            continue
        customer = each.customer
        model, tenant, label = names(each.package)
        row = _Answered(
            index,
            model,
            tenant,
            each.customer_id,
            None if customer is None else customer.as_dict(),
            *astuple(each.decision),
            each.is_explained,
            each.assumed if each.customer_id is None else None,
            label,
            write(each.as_of),
            each.request_id,
        )
        if not with_reasons:
            row.reasons = msgspec.UNSET
        rows.append(row)
    return rows


def _names(package: AnyPackage) -> tuple[str, str, str]:
    return package.model, package.tenant, package.label


def _refusal(error: Exception) -> dict[str, Any]:
    reason = reason_of(error)
    if reason is None:
        raise error
    status, sentence, field = reason
    return {
        "status": status,
        "detail": writable(sentence),
        "field": None if field is None else writable(field),
    }


def _in_plain_types(rows: Rows) -> list[dict[str, Any]]:
    """Give rows with dictionaries for parts, as Arrow takes them."""
    return [_in_plain_type(row) for row in rows]


def _in_plain_type(row: msgspec.Struct) -> dict[str, Any]:
    plain = asdict(row)
    if isinstance(row, _Refused):
        return plain
    plain["decision"] = asdict(plain["decision"])
    if plain["reasons"] is msgspec.UNSET:
        del plain["reasons"]
    else:
        plain["reasons"] = [asdict(each) for each in plain["reasons"]]
    if plain["assumed"] is not None:
        plain["assumed"] = list(plain["assumed"].items())
    return plain


class ArrowAnswers:
    """An Arrow stream, one record batch for each part."""

    def __init__(self, *, with_reasons: bool) -> None:
        from tabular.arrow import ArrowWriter  # PyArrow takes many megabytes

        self._writer = ArrowWriter(partial(_arrow_schema, with_reasons=with_reasons))

    def write(self, rows: Rows) -> bytes:
        """Give the bytes of some rows."""
        return self._writer.write(_in_plain_types(rows))

    def end(self) -> bytes:
        """Give the bytes that end the stream."""
        return self._writer.end()


def _arrow_schema(pa: Any, *, with_reasons: bool) -> Any:
    """Give the Arrow schema of rows; every column but ``index`` may be null, ``error`` is where a row is not refused.

    Parameters
    ----------
    pa : module
        ``pyarrow``.
    """
    text, number, whole = pa.string(), pa.float64(), pa.int64()
    reason = {
        "feature": text,
        "value": number,
        "reference": number,
        "contribution": number,
        "text": text,
    }
    columns = {
        "index": pa.int32(),
        "model": text,
        "tenant": text,
        "customer_id": text,
        "customer": _struct(pa, {"id": text, "number": whole, "external_id": text}),
        "probability": number,
        "score": pa.int32(),
        "band": text,
        "rule_score": pa.int32(),
        "rule_band": text,
        "decision": _struct(
            pa,
            {
                "action": text,
                "threshold": number,
                "rule": text,
                "gain": whole,
                "value": whole,
                "success": number,
            },
        ),
        **({"reasons": pa.list_(_struct(pa, reason))} if with_reasons else {}),
        "population": text,
        "return_probability": number,
        "note": text,
        "explained": pa.bool_(),
        "assumed": pa.map_(text, number),
        "model_version": text,
        "as_of": text,
        "request_id": text,
        "error": _struct(pa, {"status": pa.int32(), "detail": text, "field": text}),
    }
    return pa.schema(list(columns.items()))


def _struct(pa: Any, fields: dict[str, Any]) -> Any:
    return pa.struct(list(fields.items()))
