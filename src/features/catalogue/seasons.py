"""What a customer did at this time of the year before: a season comes back after 365 days."""

from features.declaring.activities import paid, placed
from features.declaring.declaration import DAYS, count, difference, family, ratio, total

SEASONS = family(
    "seasons",
    count(
        placed,
        name="orders",
        windows=DAYS(275),
        hidden=True,
        description="Orders placed.",
    ),
    total(
        paid.of("base_minor"),
        name="spend",
        windows=DAYS(180, 275),
        null=0,
        hidden=True,
        unit="minor",
        description="Amount paid for orders, before refunds.",
    ),
    difference(
        "orders_season_ahead",
        "orders_365d",
        "orders_275d",
        null=0,
        minimum=0,
        unit="orders",
        description="Orders a year ago, in the 90 days that begin now.",
    ),
    difference(
        "spend_season_ahead",
        "spend_365d",
        "spend_275d",
        null=0,
        minimum=0,
        unit="minor",
        description="Amount paid a year ago, in the 90 days that begin now.",
    ),
    ratio(
        "season_order_share",
        "orders_season_ahead",
        "orders_365d",
        minimum=0,
        maximum=1,
        unit="share",
        description="Share of the last year's orders in the season that begins now.",
    ),
    ratio(
        "season_spend_share",
        "spend_season_ahead",
        "spend_365d",
        minimum=0,
        maximum=1,
        unit="share",
        description="Share of the last year's spend in the season that begins now.",
    ),
    ratio(
        "half_year_spend_share",
        "spend_180d",
        "spend_365d",
        minimum=0,
        maximum=1,
        unit="share",
        description="Share of the last year's spend that fell in its latter half.",
    ),
    owner="growth",
)
