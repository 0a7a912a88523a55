"""What the simulated shop is like, in numbers: one frozen, versioned declaration.

The numbers are calibrated so that whether a customer leaves or pays can be learnt, but not known: see the
package's docstring. Changing one changes every stream, so `VERSION` must change with it.
"""

from __future__ import annotations

from dataclasses import dataclass

VERSION = "2"
"""Names the shop that a seed stands for; part of every simulated stream's fingerprint."""


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """The shop's customers, carriers and payers.

    Times are days, hazards are per day, ``*_logit`` are log-odds, ``*_spread`` standard deviations of a log.
    """

    # Who comes, how often they buy, what they spend
    newcomers_at_opening: float = 0.25
    median_gap: float = 44.0
    gap_spread: float = 0.95
    replenisher_share: float = 0.78
    replenisher_regularity: float = 15.0
    whim_regularity: float = 0.9
    mood_spread: float = 0.2
    pause_share: float = 0.1
    pause_days: float = 90.0
    never_buys: float = 0.06
    spend_spread: float = 0.55
    wholesale_share: float = 0.03

    # When they leave
    lapse_hazard: float = 1 / 8500
    lapse_spread: float = 1.2
    first_impression: float = 0.05
    win_back: float = 0.5
    late_delivery_hurts: float = 0.3
    failed_delivery_hurts: float = 1.0
    rejected_return_hurts: float = 0.60
    return_hurts: float = 0.12
    failed_payment_hurts: float = 0.5
    disappointment_hurts: float = 0.3
    trust_keeps: float = 0.3

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

    # How parcels travel, and come back
    late_parcel_logit: float = -2.3
    failed_parcel_logit: float = -4.4
    return_logit: float = -2.6
    wrong_proof_share: float = 0.02

    # What is said about it: stars, newsletters
    disappointment_logit: float = -2.4
    review_logit: float = -1.7
    edited_share: float = 0.06
    newsletter_logit: float = 0.2
    unsubscribe_share: float = 0.3

    # What is disputed with the bank
    bounce_logit: float = -4.3
    dispute_logit: float = -4.4
    dispute_lost_share: float = 0.65
    collected_share: float = 0.35

    # Who bids, and on what
    bidder_share: float = 0.12
    auctions_per_customer: float = 0.05
    bidders: float = 4.0
    valuation_spread: float = 0.25
    reserve_share: float = 0.3
