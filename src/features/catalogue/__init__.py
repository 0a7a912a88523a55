"""The shop's own features: one module per family, one entry per figure. Adding a feature is adding an entry.

Windows are days before the cutoff; an entry without windows looks back to the first event. Amounts are
minor units of the tenant's currency.
"""

from features.catalogue.auctions import AUCTIONS
from features.catalogue.deliveries import DELIVERIES
from features.catalogue.disputes import DISPUTES
from features.catalogue.habits import HABITS
from features.catalogue.orders import ORDERS
from features.catalogue.pay_later import PAY_LATER
from features.catalogue.payments import PAYMENTS
from features.catalogue.points import POINTS
from features.catalogue.profile import PROFILE
from features.catalogue.returns import RETURNS
from features.catalogue.reviews import REVIEWS
from features.catalogue.rfm import RFM
from features.catalogue.seasons import SEASONS
from features.catalogue.tenure import TENURE
from features.catalogue.wallet import WALLET
from features.declaring.declaration import catalogue

CATALOGUE = catalogue(
    *ORDERS,
    *HABITS,
    *RFM,
    *SEASONS,
    *PAYMENTS,
    *PAY_LATER,
    *DELIVERIES,
    *RETURNS,
    *AUCTIONS,
    *WALLET,
    *REVIEWS,
    *POINTS,
    *DISPUTES,
    *TENURE,
    *PROFILE,
)
"""Every feature of the shop, in the order of its families."""

__all__ = ["CATALOGUE"]
