"""What msgspec reads, pydantic reads alike; what it is in doubt about is left."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from serving.hot.bodies import read_question
from serving.rest.schemas import ByCustomer, ByValues, PredictionBody

_adapter: TypeAdapter[ByCustomer | ByValues] = TypeAdapter(PredictionBody)

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.sampled_from(["", "17850", "é", "a\x00b", "x" * 201, "2026-01-01"]),
)
bodies = st.dictionaries(
    st.sampled_from(["tenant", "customer_id", "as_of", "features", "other"]),
    st.one_of(
        scalars, st.dictionaries(st.text(max_size=8), scalars, max_size=4), st.lists(scalars)
    ),
)


def by_pydantic(body: bytes) -> Any:
    try:
        return _adapter.validate_python(json.loads(body)).to_request()
    except (ValidationError, ValueError):
        return None


@given(bodies)
def test_what_is_read_at_once_is_what_the_route_reads(content: dict[str, Any]) -> None:
    body = json.dumps(content).encode()
    found = read_question(body)
    if found is not None:
        assert repr(found) == repr(by_pydantic(body))


@given(
    st.text(max_size=20),
    st.dictionaries(st.text(max_size=9), st.floats(allow_nan=False, allow_infinity=False)),
)
def test_numbers_are_read_to_the_bit(tenant: str, features: dict[str, float]) -> None:
    body = json.dumps({"tenant": tenant, "features": features}).encode()
    found = read_question(body)
    assert (found is None) == (by_pydantic(body) is None)
    if found is not None:
        assert repr(found) == repr(by_pydantic(body))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"nul",
        b"{}",
        b'{"tenant": "acme"}',
        b'{"tenant": "acme", "customer_id": true}',
        b'{"tenant": "acme", "customer_id": "17850", "features": {}}',
        b'{"tenant": "acme", "features": {"orders": NaN}}',
        b'{"tenant": "acme", "features": {"orders": [1]}}',
        b'{"tenant": "acme", "customer_id": "\xff"}',
        b'{"tenant": "acme", "customer_id": "17850", "more": 1}',
        b'{"features": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001,
    ],
)
def test_what_takes_a_closer_look_is_left(body: bytes) -> None:
    assert read_question(body) is None
