"""A product that is recommended, and why: to be read by the customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scoring.wording import counted


@dataclass(frozen=True, kw_only=True)
class BoughtBefore:
    """The customer bought it.

    Parameters
    ----------
    times : int
        In so many orders.
    days_ago : int
        The last of them.
    """

    times: int
    days_ago: int


@dataclass(frozen=True, kw_only=True)
class BoughtTogether:
    """Others bought it and something that the customer bought.

    Parameters
    ----------
    product : str
        What the customer bought.
    customers : int
        How many bought both.
    """

    product: str
    customers: int


@dataclass(frozen=True, kw_only=True)
class Popular:
    """Many buy it.

    Parameters
    ----------
    customers : int
        How many bought it.
    """

    customers: int


Reason = BoughtBefore | BoughtTogether | Popular


@dataclass(frozen=True, kw_only=True)
class Recommended:
    """A product in its place.

    Parameters
    ----------
    product : str
        Its id.
    score : float
        Of its mode; only to be compared with others of the same customer.
    reason : BoughtBefore, BoughtTogether or Popular
    """

    product: str
    score: float
    reason: Reason


def sentence(reason: Reason, names: Mapping[str, str]) -> str:
    """Say why a product is recommended.

    Parameters
    ----------
    reason : BoughtBefore, BoughtTogether or Popular
    names : mapping of str to str
        What products are called, by their ids; one that has no name is not spoken of.

    Returns
    -------
    str

    Examples
    --------
    >>> sentence(BoughtTogether(product="a1", customers=34), {"a1": "Red mug"})
    'bought together with Red mug by 34 customers'
    >>> sentence(BoughtBefore(times=3, days_ago=12), {})
    'bought in 3 orders, last 12 days ago'
    >>> sentence(BoughtBefore(times=1, days_ago=0), {}), sentence(Popular(customers=1), {})
    ('bought in 1 order, last today', 'bought by 1 customer')
    """
    if isinstance(reason, BoughtBefore):
        when = f"{counted(reason.days_ago, 'day')} ago" if reason.days_ago else "today"
        return f"bought in {counted(reason.times, 'order')}, last {when}"
    by = f"by {counted(reason.customers, 'customer')}"
    if isinstance(reason, BoughtTogether):
        name = names.get(reason.product)
        return f"bought together with {'what you have' if name is None else name} {by}"
    return f"bought {by}"
