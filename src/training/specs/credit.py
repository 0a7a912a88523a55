"""Who will not pay an invoice."""

from training.specs.economics import Lending
from training.specs.expected_signs import CREDIT_SIGNS
from training.specs.spec import ModelSpec

CREDIT = ModelSpec(
    name="credit",
    label="credit",
    horizon_days=60,
    outcome="lets an open invoice become 30 days past due, or takes a payment back, within 60 days",
    did=("paid in time", "paid late"),
    population="owed an invoice",
    lacking=(
        "credit must have pay-later invoices to look at; got none. Bring them by `bellwether import events FILE`"
        " (invoice.issued with its amount and due_at, invoice.paid as it is paid), or let customers pay later in"
        " the shop."
    ),
    expected_signs=CREDIT_SIGNS,
    economics=Lending(order_value="average_order_value"),
    baseline_feature="current_days_past_due",
    favours="approve",
    must_be_fair=True,
    on_credit_scale=True,
    rule_columns={
        "spend": "spend_365d",
        "delivered_orders": "delivered_orders",
        "average_order_value": "average_order_value",
        "return_rate": "return_rate",
        "failed_payment_rate": "failed_payment_rate",
        "cash_on_delivery_rate": "cash_on_delivery_rate",
    },
)
