"""The same tests at both banks, on both databases; each leaves records that hold together."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from tests.commerce.payments.banks import Bank, StripeBank, make_bank

from commerce.records.database import reading
from commerce.records.doctor import examine


@pytest.fixture(params=["local", "stripe"])
def bank(request: pytest.FixtureRequest, any_engine: Engine) -> Iterator[Bank]:
    """A shop with its provider: the embedded one and Stripe, on SQLite and PostgreSQL."""
    made = make_bank(any_engine, request.param)
    yield made
    with reading(any_engine) as connection:
        rules = [found.rule for found in examine(connection) if found.rule not in made.may_leave]
        assert rules == ["losses"] * made.loses


@pytest.fixture
def any_stripe(any_engine: Engine) -> StripeBank:
    """A shop with Stripe, on SQLite and PostgreSQL."""
    found = make_bank(any_engine, "stripe")
    assert isinstance(found, StripeBank)
    return found
