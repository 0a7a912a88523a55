"""Who will not come back."""

from training.specs.economics import Retention
from training.specs.spec import ModelSpec

CHURN = ModelSpec(
    name="churn",
    label="churn",
    horizon_days=90,
    outcome="places no order in the 90 days from the cutoff",
    economics=Retention(order_value="average_order_value"),
)
