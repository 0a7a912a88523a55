"""How good a list of ten is: recall and NDCG, customer by customer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

AT = 10
"""Places of a list that are looked at."""

_DISCOUNT = 1 / np.log2(np.arange(2, AT + 2))


def recall(hits: NDArray[np.bool_], wanted: NDArray[np.int64]) -> Floats:
    """Give the share of what each customer bought that is among the first ten.

    Parameters
    ----------
    hits : bool array of shape (n_customers, 10)
        Whether the customer bought what stands in each place.
    wanted : int array of shape (n_customers,)
        How many products the customer bought, >= 1.

    Returns
    -------
    float array of shape (n_customers,), in [0, 1]

    Examples
    --------
    >>> recall(np.eye(1, AT, dtype=bool), np.array([4])).tolist()
    [0.25]
    """
    found: Floats = hits.sum(axis=1) / wanted
    return found


def ndcg(hits: NDArray[np.bool_], wanted: NDArray[np.int64]) -> Floats:
    """Give the normalised discounted cumulative gain of the first ten: hits count more the earlier they stand.

    Parameters
    ----------
    hits : bool array of shape (n_customers, 10)
    wanted : int array of shape (n_customers,)

    Returns
    -------
    float array of shape (n_customers,), in [0, 1]
        1 where what the customer bought fills the first places.

    Examples
    --------
    >>> first, second = np.eye(2, AT, dtype=bool)
    >>> ndcg(np.stack([first, second]), np.array([1, 1])).round(4).tolist()
    [1.0, 0.6309]
    """
    best = np.concatenate([[0.0], np.cumsum(_DISCOUNT)])[np.minimum(wanted, AT)]
    found: Floats = (hits * _DISCOUNT).sum(axis=1) / best
    return found
