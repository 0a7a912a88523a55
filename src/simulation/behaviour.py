"""What the simulated shop is like, in numbers: one frozen, versioned declaration.

The numbers are calibrated so that whether a customer leaves or pays can be learnt, but not known: see the
package's docstring. Changing one changes every stream, so `VERSION` must change with it.
"""

from __future__ import annotations

from dataclasses import dataclass

VERSION = "1"
"""Names the shop that a seed stands for; part of every simulated stream's fingerprint."""


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """The shop's customers, carriers and payers.

    Times are days, hazards are per day, ``*_logit`` are log-odds, ``*_spread`` standard deviations of a log.
    """

    # Who comes, how often they buy, what they spend
    newcomers_at_opening: float = 0.25
    median_gap: float = 44.0
    gap_spread: float = 0.75
    replenisher_share: float = 0.78
    replenisher_regularity: float = 15.0
    whim_regularity: float = 0.9
    mood_spread: float = 0.28
    pause_share: float = 0.14
    pause_days: float = 90.0
    never_buys: float = 0.06
    spend_spread: float = 0.55
    wholesale_share: float = 0.03

    # When they leave
    lapse_hazard: float = 1 / 4000
    lapse_spread: float = 1.0
    first_impression: float = 0.05
    win_back: float = 0.5
    late_delivery_hurts: float = 0.3
    failed_delivery_hurts: float = 1.0
    rejected_return_hurts: float = 0.60
    return_hurts: float = 0.12
    failed_payment_hurts: float = 0.5

    # Whether they can pay, and do
    squeezes_per_year: float = 0.55
    squeeze_days: float = 70.0
    squeeze_weight: float = 1.3
    decline_logit: float = -3.3
    long_terms_share: float = 0.75
    default_logit: float = -4.5
    late_logit: float = -0.25
    discipline_weight: float = 1.0
    exposure_weight: float = 0.45
    late_median: float = 5.0
    late_spread: float = 0.8

    # How goods travel, and come back
    late_parcel_logit: float = -2.3
    failed_parcel_logit: float = -4.4
    return_logit: float = -2.6
