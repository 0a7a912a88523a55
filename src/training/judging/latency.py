"""How long an exported package takes for the answer to one customer."""

from __future__ import annotations

from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from scoring.decisions import decide
from scoring.package import Package

Floats = NDArray[np.float64]

CUSTOMERS = 10
"""How many customers are answered."""

REPEATS = 5
"""How often each of them is; the least time counts, as whatever else the machine does only adds to it."""

BUDGET_MS = 20.0
"""Milliseconds an answer may take. It takes less than one where the machine has nothing else to do."""


def answer_milliseconds(package: Package, values: Floats) -> float:
    """Measure the time of one answer, with its reasons.

    Parameters
    ----------
    package : Package
    values : float array of shape (n_customers, n_outputs)
        Customers to answer; the first few are.

    Returns
    -------
    float
        The median over customers of the least time of several repeats; 0 where there is no customer.
    """
    least = []
    for row in values[:CUSTOMERS]:
        times = []
        for _ in range(REPEATS):
            began = perf_counter()
            decide(package, row)
            times.append(perf_counter() - began)
        least.append(min(times))
    return 1000 * float(np.median(least)) if least else 0.0
