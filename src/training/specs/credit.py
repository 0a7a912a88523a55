"""Who will not pay an invoice."""

from features.labels import LABELS
from scoring.populations import Group, Population
from training.specs.economics import Lending
from training.specs.expected_signs import CREDIT_SIGNS
from training.specs.spec import ModelSpec

CREDIT = ModelSpec(
    name="credit",
    label=LABELS["credit"],
    horizon_days=60,
    outcome="lets an open invoice become 30 days past due, or takes a payment back, within 60 days",
    did=("paid in time", "paid late"),
    had="owed an invoice",
    population=Population(
        name="owing",
        description="customers with an open invoice, none of them 30 days past due",
        others=(
            Group(
                name="no open invoice",
                feature="open_invoices",
                equals=0,
                missing=True,
                note="The model was measured on customers with an open invoice; this one has none.",
            ),
            Group(
                name="in default",
                feature="current_days_past_due",
                above=29,
                note="The model was measured on customers of whom no invoice is 30 days past due; this one has one.",
            ),
        ),
    ),
    lacking=(
        "credit must have pay-later invoices to look at; got none. Bring them by `bellwether import events FILE`"
        " (invoice.issued with its amount and due_at, invoice.paid as it is paid), or let customers pay later in"
        " the shop."
    ),
    expected_signs=CREDIT_SIGNS,
    never_reasons=("age",),
    actionable=("debt", "lateness of payment", "use of invoices"),
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
