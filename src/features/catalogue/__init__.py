"""The shop's own features: one module per family, one entry per figure. Adding a feature is adding an entry.

Windows are days before the cutoff; an entry without windows looks back to the first event. Amounts are
minor units of the tenant's currency.
"""

from __future__ import annotations

from features.catalogue.deliveries import DELIVERIES
from features.catalogue.habits import HABITS
from features.catalogue.orders import ORDERS
from features.catalogue.pay_later import PAY_LATER
from features.catalogue.payments import PAYMENTS
from features.catalogue.returns import RETURNS
from features.catalogue.tenure import TENURE
from features.declaration import catalogue

CATALOGUE = catalogue(*ORDERS, *HABITS, *PAYMENTS, *PAY_LATER, *DELIVERIES, *RETURNS, *TENURE)
"""Every feature of the shop, in the order of its families."""

__all__ = ["CATALOGUE"]
