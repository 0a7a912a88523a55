"""Bodies of questions and answers, by msgspec: what is plainly right is read, whatever else is left to pydantic."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from commerce.records.tenants import SHARED
from serving.predict.asking import CustomerRequest, ValuesRequest
from serving.rest.schemas import LONGEST_NAME

_Scalar = int | float | str | bool | None


class _Question(msgspec.Struct, forbid_unknown_fields=True):
    tenant: str | UnsetType = UNSET
    customer_id: str | int | UnsetType = UNSET
    as_of: str | UnsetType | None = UNSET
    features: dict[str, _Scalar] | UnsetType = UNSET


_read = msgspec.json.Decoder(_Question).decode


def read_question(body: bytes) -> CustomerRequest | ValuesRequest | None:
    """Read a question; None where it takes a closer look.

    Examples
    --------
    >>> read_question(b'{"tenant": "acme", "customer_id": 17}')
    CustomerRequest(tenant='acme', customer_id='17', as_of=None)
    >>> read_question(b'{"tenant": "acme"}') is None
    True
    """
    try:
        asked = _read(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None
    tenant, customer = asked.tenant, asked.customer_id
    if isinstance(asked.features, dict):
        tenant = SHARED if isinstance(tenant, UnsetType) else tenant
        alone = customer is UNSET and asked.as_of is UNSET
        return (
            ValuesRequest(tenant=tenant, features=asked.features) if alone and _ok(tenant) else None
        )
    if isinstance(tenant, UnsetType) or isinstance(customer, UnsetType):
        return None
    key = customer if isinstance(customer, str) else str(customer)
    if not (_ok(tenant) and _ok(key)):
        return None
    as_of = None if isinstance(asked.as_of, UnsetType) else asked.as_of
    return CustomerRequest(tenant=tenant, customer_id=key, as_of=as_of)


def _ok(name: str) -> bool:
    return 0 < len(name) <= LONGEST_NAME and name.isprintable()


write: Any = msgspec.json.Encoder().encode
"""Gives the JSON of an answer as `serving.rest.schemas.write_answer` writes it."""
