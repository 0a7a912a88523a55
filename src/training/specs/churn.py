"""Who will not come back."""

from features.declaring.activities import placed
from features.labels import LABELS
from training.specs.economics import Retention
from training.specs.expected_signs import CHURN_SIGNS
from training.specs.populations import Active
from training.specs.spec import ModelSpec

CHURN = ModelSpec(
    name="churn",
    label=LABELS["churn"],
    horizon_days=90,
    outcome="places no order within 90 days",
    did=("ordered again", "did not order again"),
    had="had ordered",
    population=Active(feature="days_since_order", rows=placed, doing="ordered"),
    lacking=(
        "churn must have orders to look at; got none. Bring them by `bellwether import transactions`, or"
        " take them in the shop."
    ),
    expected_signs=CHURN_SIGNS,
    never_reasons=("time of orders", "wallet_use"),
    baseline_feature="days_since_order",
    favours="retain",
    economics=Retention(order_value="average_order_value", silence="days_since_order"),
)
