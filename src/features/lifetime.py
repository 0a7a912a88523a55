"""What a customer was worth so far: money that arrived less money that went back, in the shop's own currency.

Declared as features are, so that one customer now and all customers as of any instant come to the same; none of the
catalogue's, since no model learns from it.
"""

from __future__ import annotations

from features.declaring.activities import captured, refunded
from features.declaring.compilation import Catalogue
from features.declaring.declaration import catalogue, source, total
from features.evaluating.formulas import Floats

CAPTURED, REFUNDED, FAILED = "lifetime_captured", "lifetime_refunded", "lifetime_refunds_failed"

LIFETIME: Catalogue = catalogue(
    total(
        captured.of("base_minor"),
        name=CAPTURED,
        null=0,
        unit="minor",
        description="Amount that arrived.",
    ),
    total(
        refunded.of("base_minor"),
        name=REFUNDED,
        null=0,
        unit="minor",
        description="Amount paid back.",
    ),
    total(
        source("payment.refund_failed").of("base_minor"),
        name=FAILED,
        null=0,
        unit="minor",
        description="Amount that was to be paid back and did not arrive.",
    ),
)
"""What historical value is made of."""


def historical_value(values: Floats) -> Floats:
    """Work out what customers were worth.

    Parameters
    ----------
    values : float array of shape (n_rows, 3)
        The outputs of `LIFETIME`, in its order.

    Returns
    -------
    float array of shape (n_rows,), minor units
        Captured less refunded; below 0 where more went back than arrived.

    Examples
    --------
    >>> import numpy as np
    >>> historical_value(np.array([[5_000.0, 1_200.0, 200.0]])).tolist()
    [4000.0]
    """
    arrived, back, failed = values.T
    worth: Floats = arrived - (back - failed)
    return worth
