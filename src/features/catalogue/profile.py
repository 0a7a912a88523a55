"""What a customer, or a bank's record, last said of the customer: read as of the cutoff, never off the record itself.

A field is a word in ``reason`` and a whole number in ``value``. Text fields are for people; they stay in the record.
"""

from features.declaring.activities import profiled
from features.declaring.declaration import DAYS, count, distinct, family, last, recency

PROFILE = family(
    "profile",
    last(
        profiled.only(reason="newsletter").of("value"),
        name="newsletter",
        minimum=0,
        maximum=1,
        unit="flag",
        description="Whether the newsletter is subscribed to.",
    ),
    last(
        profiled.only(reason="age").of("value"),
        name="customer_age",
        minimum=0,
        maximum=150,
        unit="years",
        description="Age in years, as last recorded.",
    ),
    last(
        profiled.only(reason="credit_score").of("value"),
        name="external_credit_score",
        minimum=0,
        unit="points",
        description="Credit score given by others, as last recorded.",
    ),
    last(
        profiled.only(reason="balance").of("value"),
        name="account_balance",
        minimum=-1e12,
        maximum=1e12,
        unit="minor",
        description="Balance of the customer's account, as last recorded.",
    ),
    last(
        profiled.only(reason="num_of_products").of("value"),
        name="products_held",
        minimum=0,
        unit="products",
        description="Products held with the shop, as last recorded.",
    ),
    last(
        profiled.only(reason="has_cr_card").of("value"),
        name="has_credit_card",
        minimum=0,
        maximum=1,
        unit="flag",
        description="Whether the customer has a credit card, as last recorded.",
    ),
    last(
        profiled.only(reason="is_active_member").of("value"),
        name="is_active_member",
        minimum=0,
        maximum=1,
        unit="flag",
        description="Whether the customer is an active member, as last recorded.",
    ),
    distinct(
        profiled.of("reason"),
        name="profile_fields",
        unit="fields",
        description="Different fields of the profile that were ever recorded.",
    ),
    count(
        profiled,
        name="profile_changes",
        windows=DAYS(365),
        description="Times a field of the profile was recorded.",
    ),
    recency(
        profiled, name="days_since_profile_change", description="Days since the profile changed."
    ),
    owner="growth",
)
