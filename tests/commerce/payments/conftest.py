"""The same tests at both banks, on both databases."""

import pytest
from sqlalchemy import Engine
from tests.commerce.payments.banks import Bank, StripeBank, make_bank


@pytest.fixture(params=["local", "stripe"])
def bank(request: pytest.FixtureRequest, any_engine: Engine) -> Bank:
    """A shop with its provider: the embedded one and Stripe, on SQLite and PostgreSQL."""
    return make_bank(any_engine, request.param)


@pytest.fixture
def any_stripe(any_engine: Engine) -> StripeBank:
    """A shop with Stripe, on SQLite and PostgreSQL."""
    found = make_bank(any_engine, "stripe")
    assert isinstance(found, StripeBank)
    return found
