"""What is asked twice is done once: a request that carries a key answers the same however often it comes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import select, update

from commerce.records import schema
from commerce.records.arguments import checked
from commerce.records.errors import KeyReused, RecordError
from commerce.records.sql import bound, insert_new
from commerce.records.work import Work

Result = TypeVar("Result")
"""What JSON can say."""

_LONGEST = 255


@checked
def once(
    work: Work, operation: str, key: str | None, request: object, act: Callable[[], Result]
) -> Result:
    """Do something unless it was done under this key before; then give what came of it.

    Two at once do it once: the second waits for the first, and does it itself only if the first failed.

    Parameters
    ----------
    work : Work
        Who repeats a request must be the same actor; others have keys of their own.
    operation : str
        What is done, such as ``checkout``.
    key : str or None
        The client's, 1 to 255 characters; without one it is simply done.
    request : object
        What is asked for, as JSON can say it.
    act : callable
        Does it in this very work, and gives a result that JSON can say.

    Returns
    -------
    Result
        Of ``act``, now or then.

    Raises
    ------
    KeyReused
        "idempotency key must come with the same request; got ..."
    RecordError
        "idempotency key must have 1 to 255 characters; got ..."
    """
    if key is None:
        return act()
    if not 1 <= len(key) <= _LONGEST:
        raise RecordError(
            f"idempotency key must have 1 to {_LONGEST} characters; got {len(key)}. Make a random one."
        )
    here = _named(work, operation, key)
    claim = {
        "tenant_id": work.tenant.id,
        "operation": here["of_operation"],
        "key": key,
        "request_hash": _digest(request),
        "created_at": work.now,
    }
    if work.connection.execute(_CLAIM[work.connection.dialect.name], claim).first() is not None:
        result = act()
        work.connection.execute(_KEEP, {**here, "result": {"value": result}})
        return result
    kept = work.connection.execute(_FIRST, here).one()
    if kept.request_hash != claim["request_hash"]:
        raise KeyReused(
            f"idempotency key must come with the same request; got {key!r} with another."
            " Take a new key for a new request."
        )
    first: Result = kept.result["value"]
    return first


def answer_anew(work: Work, operation: str, key: str, result: object) -> None:
    """Keep under a key what came of it in the end, where others outside are asked after its transaction.

    Who repeats the request meanwhile gets what came of the transaction.
    """
    work.connection.execute(_KEEP, {**_named(work, operation, key), "result": {"value": result}})


def _named(work: Work, operation: str, key: str) -> dict[str, Any]:
    """Name the record of a key: each actor has keys of its own."""
    actor = work.actor.user_id or work.actor.customer_id or work.actor.api_key_id
    whose = f"{operation} {work.actor.role if actor is None else actor.hex}"
    return {"tenant": work.tenant.id, "of_operation": whose, "of_key": key}


def _digest(request: object) -> str:
    words = json.dumps(request, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(words.encode()).hexdigest()


_record = schema.idempotency_record
_here = bound(_record, operation="of_operation", key="of_key")
_CLAIM = {
    dialect: insert_new(dialect, _record, "tenant_id", "operation", "key").returning(_record.c.key)
    for dialect in ("sqlite", "postgresql")
}
_FIRST = select(_record.c.request_hash, _record.c.result).where(*_here)
_KEEP = update(_record).where(*_here)
