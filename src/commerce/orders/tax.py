"""Tax: a rate by the country of the delivery address, kept on every line of a placed order."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from commerce.records import schema
from commerce.records.arguments import checked
from commerce.records.errors import existing
from commerce.records.line_prices import share
from commerce.records.policy import Policy
from commerce.records.sql import bound, linked
from commerce.records.states import ORDER
from commerce.records.work import Work

OTHER = "*"
"""Every country that has no rate of its own."""

_ALIASES = {
    "USA": "US",
    "UNITED STATES": "US",
    "UNITED STATES OF AMERICA": "US",
    "UK": "GB",
    "UNITED KINGDOM": "GB",
    "GREAT BRITAIN": "GB",
    "ENGLAND": "GB",
    "CANADA": "CA",
    "GERMANY": "DE",
    "DEUTSCHLAND": "DE",
}


@checked
def country_code(name: str) -> str:
    """Give a country's ISO code where its name is known, else what was written, in capitals.

    Examples
    --------
    >>> [country_code(name) for name in ("usa", "Germany", "UK", " fr ")]
    ['US', 'DE', 'GB', 'FR']
    """
    written = name.strip().upper()
    return _ALIASES.get(written, written)


def rate(policy: Policy, country: str | None) -> int:
    """Give a country's tax in hundredths of a percent.

    Examples
    --------
    >>> [rate(Policy(), country) for country in ("usa", "UK", "CA", "de", "FR", None)]
    [1000, 2000, 1500, 1900, 2000, 2000]
    """
    other = policy.tax_bp.get(OTHER, 0)
    return other if country is None else policy.tax_bp.get(country_code(country), other)


class OrderTax(NamedTuple):
    """The tax of an order in minor units: of each line by position, and of all.

    ``charged`` is false where the order came from elsewhere without its tax, and the figures are today's rates.
    """

    country: str | None
    rate_bp: int
    lines: tuple[tuple[int, int], ...]
    total: int
    currency: str
    charged: bool


def order_tax(work: Work, order_id: UUID) -> OrderTax:
    """Tell its buyer or who runs the shop an order's tax: as charged, or for an imported one by its country's rate."""
    rows = work.ask(_LINES, order=order_id).all()
    first = existing(next(iter(rows), None), ORDER.kind, order_id)
    work.actor.require_own(ORDER.kind, order_id, first.customer_id)
    charged = first.country is not None
    country = first.country if charged else first.home
    basis_points = rate(work.policy, country)
    lines = tuple(
        (row.position, row.tax_minor if charged else share(row.amount_minor, basis_points))
        for row in rows
        if row.position is not None
    )
    total = sum(tax for _, tax in lines)
    code = None if country is None else country_code(country)
    return OrderTax(code, basis_points, lines, total, first.currency, charged)


_orders, _line, _customer = schema.orders, schema.order_line, schema.customer
_LINES = (
    select(
        _orders.c.customer_id,
        _orders.c.country,
        _orders.c.currency,
        _customer.c.country.label("home"),
        _line.c.position,
        _line.c.amount_minor,
        _line.c.tax_minor,
    )
    .select_from(_orders.outerjoin(_line).outerjoin(_customer, linked(_orders, _customer)))
    .where(*bound(_orders, id="order"))
    .order_by(_line.c.position)
)
