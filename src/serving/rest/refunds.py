"""Money of an order that goes back."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from commerce.orders import queries
from commerce.payments import refunds
from commerce.records.money import exact_minor
from serving.rest.deps import Acting, Resource
from serving.rest.fields import Amount, Key, MoneyText, Question, Told, example, write_money

router = Resource("orders", "/api/orders")


class NewRefund(Question):
    """What is to go back."""

    model_config = example(amount="5.00", reason="damaged")

    amount: Amount | None = Field(None, description="By default all that can still go back.")
    reason: str = Field("other", description="One lower-case word.")
    position: int | None = Field(None, description="The line it is for; by default all of them.")


class RefundAnswer(Told):
    """What went back or is under way of an order, and what still can."""

    model_config = example(
        order_id="8f0f5a7e-3f6b-4d0e-9a3e-0f3f0f3b7c11",
        amount="5.00",
        refunded="5.00",
        refundable="18.80",
        currency="EUR",
    )

    order_id: UUID
    amount: MoneyText = Field(description="What goes back now.")
    refunded: MoneyText = Field(description="What went back in all, or is under way.")
    refundable: MoneyText = Field(description="What still can go back.")
    currency: str


@router.post("/{order_id}/create_refund", status_code=201, summary="Send money of an order back")
@router.post("/{order_id}/refund", status_code=201, summary="Send money of an order back")
def create_refund(work: Acting, order_id: Key, body: NewRefund) -> RefundAnswer:
    """In parts or whole, never more than arrived; open invoices are lowered first."""
    order = queries.view(work, order_id)
    amount = None if body.amount is None else exact_minor(body.amount, order.currency)
    back = refunds.refund_order(work, order.id, amount, **body.rest("amount"))
    gone, left = refunds.gone_and_left(work, order.id)
    return RefundAnswer(
        order_id=order.id,
        amount=write_money(back, order.currency),
        refunded=write_money(gone, order.currency),
        refundable=write_money(left, order.currency),
        currency=order.currency,
    )
