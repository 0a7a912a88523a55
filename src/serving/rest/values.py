"""What a customer is worth over HTTP: so far, and within a horizon to come."""

from __future__ import annotations

from uuid import UUID

from commerce.people import customers
from serving.predict.lifetime import customer_value
from serving.rest.deps import Asking, AsOf, Resource
from serving.rest.fields import Key
from serving.rest.figures import AsOfFigures, ValueFigures

router = Resource("analytics", "/api/customer", "customers")


class ValueAnswer(AsOfFigures):
    """What a customer is worth."""

    customer: UUID
    value: ValueFigures


@router.get("/{customer_id}/clv", summary="What a customer is worth")
def read_customer_value(desk: Asking, customer_id: Key, as_of: AsOf = None) -> ValueAnswer:
    """Captured less refunded so far, and what is expected; one's own for a customer."""
    with desk.looking() as work:
        customer, instant = customers.get(work, customer_id).id, work.settle(as_of)
        found = customer_value(desk.state.shelf, work, customer, instant)
    about = {"as_of": instant, "currency": desk.tenant.currency}
    return ValueAnswer.model_validate(
        {**about, "customer": customer, "value": found}, context=about
    )
