"""The words a feature is declared in: everything needed to add an entry to a catalogue.

Examples
--------
>>> paid = source("order.paid", column="base_minor")
>>> shop = catalogue(
...     count(paid, name="paid_orders", windows=DAYS(30, 90), description="Orders paid for."),
...     total(paid, name="spend", windows=DAYS(90), null=0, unit="minor", description="Amount paid."),
...     ratio("order_value_90d", "spend_90d", "paid_orders_90d", description="Spend per order."),
... )
>>> shop.names
('paid_orders_30d', 'paid_orders_90d', 'spend_90d', 'order_value_90d')
"""

from features.declaring import derivations, reductions
from features.declaring.compilation import Catalogue, Output, catalogue
from features.declaring.derivations import *  # noqa: F403 - every word for a derived feature
from features.declaring.meanings import DAYS, EVER, family
from features.declaring.operators import Feature
from features.declaring.reductions import *  # noqa: F403 - every word for what is reduced from events
from features.declaring.sources import Source, per_aggregate, source

__all__ = [
    "DAYS",
    "EVER",
    "Catalogue",
    "Feature",
    "Output",
    "Source",
    "catalogue",
    "family",
    "per_aggregate",
    "source",
]
__all__ += derivations.__all__
__all__ += reductions.__all__
