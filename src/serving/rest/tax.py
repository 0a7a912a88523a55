"""The tax of an order."""

from __future__ import annotations

from uuid import UUID

from commerce.orders import queries
from commerce.orders.tax import order_tax
from serving.rest.deps import Looking, Resource
from serving.rest.fields import Key, MoneyText, Told, example, write_money

router = Resource("orders", "/api/order", "orders")


class LineTax(Told):
    """The tax of a line, by its position in the order."""

    position: int
    tax: MoneyText


class TaxAnswer(Told):
    """The tax of an order, whose lines sum to it; `charged` is false where it is reckoned by today's rates."""

    model_config = example(
        order_id="8f0f5a7e-3f6b-4d0e-9a3e-0f3f0f3b7c11",
        country="DE",
        rate_percent="19.00",
        lines=[{"position": 1, "tax": "1.90"}],
        tax="1.90",
        tax_minor=190,
        currency="EUR",
        charged=True,
    )

    order_id: UUID
    country: str | None
    rate_percent: MoneyText
    lines: list[LineTax]
    tax: MoneyText
    tax_minor: int
    currency: str
    charged: bool


@router.get("/{order_id}/tax", summary="Read an order's tax")
def read_tax(work: Looking, order_id: Key) -> TaxAnswer:
    """As charged; of an order that came without its tax, by the country of its customer."""
    order = queries.view(work, order_id)
    tax = order_tax(work, order.id)
    return TaxAnswer(
        order_id=order.id,
        country=tax.country,
        rate_percent=f"{tax.rate_bp / 100:.2f}",
        lines=[
            LineTax(position=position, tax=write_money(minor, tax.currency))
            for position, minor in tax.lines
        ],
        tax=write_money(tax.total, tax.currency),
        tax_minor=tax.total,
        currency=tax.currency,
        charged=tax.charged,
    )
