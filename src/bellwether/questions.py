"""What may be asked: each question with the route that answers it, and the shape of its answer.

A client has a method of the same name and parameters for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

import msgspec

from bellwether.answers import (
    CreditProfile,
    CustomerValue,
    Explanation,
    Listing,
    Model,
    ModelDescription,
    Prediction,
    Recommendations,
)
from bellwether.writing import AsOf, CustomerKey, instant, path_part, plain

Told = TypeVar("Told")
Mode = Literal["history", "similar_customers", "inventory"]


@dataclass(frozen=True, kw_only=True)
class Question(Generic[Told]):
    """A question that can be sent.

    Parameters
    ----------
    told : type
        What the answer is read as.
    tenant : str, optional
        Whose customer or model; by default the client's.
    """

    method: Literal["GET", "POST"]
    path: str
    told: type[Told]
    query: Mapping[str, str | int] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    tenant: str | None = None

    def of(self, tenant: str | None) -> tuple[dict[str, str], bytes | None]:
        """Write it about a shop: give its headers, and its body.

        Parameters
        ----------
        tenant : str or None
            Whose customer or model, where the question names none.
        """
        whose = self.tenant or tenant
        if self.body is None:
            return {} if whose is None else {"X-Tenant-ID": whose}, None
        named = {} if whose is None else {"tenant": whose}
        return {"Content-Type": "application/json"}, msgspec.json.encode({**named, **self.body})


def predict(
    model: str,
    *,
    customer_id: CustomerKey | None = None,
    as_of: AsOf | None = None,
    features: Mapping[str, Any] | None = None,
    tenant: str | None = None,
) -> Question[Prediction]:
    """Ask what a customer will do, and what to do about it.

    Parameters
    ----------
    model : str
        ``churn``, ``credit``, or the name of a model of a table.
    customer_id : str, int or UUID, optional
        The shop's own id, our UUID, or our number as ``number:17``; the features are computed now.
    as_of : str, date or datetime, optional
        The instant to answer for; by default the shop's clock.
    features : mapping, optional
        Values by feature name, instead of a customer; NaN and None mean missing.
    tenant : str, optional
        Whose customer or model; by default the client's, and without one that of a table.

    Returns
    -------
    Prediction

    Raises
    ------
    Refused
        By status; `bellwether.errors` names them.
    InvalidArgument
        "features.<name> must be finite; got inf. ..."
    """
    body = _about(customer_id, as_of, features)
    return Question(
        method="POST",
        path=f"/predict/{path_part('model', model)}",
        told=Prediction,
        body=body,
        tenant=tenant,
    )


def explain(
    model: str,
    *,
    customer_id: CustomerKey | None = None,
    as_of: AsOf | None = None,
    features: Mapping[str, Any] | None = None,
    tenant: str | None = None,
) -> Question[Explanation]:
    """Ask for a decision with all that it is made of: every contribution, and what the customer can do.

    Parameters
    ----------
    model : str
    customer_id : str, int or UUID, optional
    as_of : str, date or datetime, optional
    features : mapping, optional
    tenant : str, optional
        All as of `predict`.

    Returns
    -------
    Explanation

    Raises
    ------
    Refused, InvalidArgument
    """
    body = _about(customer_id, as_of, features)
    return Question(
        method="POST",
        path=f"/explain/{path_part('model', model)}",
        told=Explanation,
        body=body,
        tenant=tenant,
    )


def models(
    *, page: int = 1, page_size: int = 100, tenant: str | None = None
) -> Question[Listing[Model]]:
    """Ask which models there are: the shop's own, and those of tables.

    Parameters
    ----------
    page : int, optional
        From 1.
    page_size : int, optional
        At most 100.
    tenant : str, optional
        Whose; by default the client's.

    Returns
    -------
    Listing of Model
    """
    query = {"page": page, "page_size": page_size}
    return Question(method="GET", path="/models", told=Listing[Model], query=query, tenant=tenant)


def model(name: str, *, tenant: str | None = None) -> Question[ModelDescription]:
    """Ask what a model is: card, signature, figures, checksums and history.

    Parameters
    ----------
    name : str
    tenant : str, optional
        Whose; by default the client's.

    Returns
    -------
    ModelDescription
    """
    path = f"/models/{path_part('name', name)}"
    return Question(method="GET", path=path, told=ModelDescription, tenant=tenant)


def recommendations(
    customer_id: CustomerKey,
    *,
    mode: Mode = "history",
    limit: int = 10,
    threshold: int | None = None,
    as_of: AsOf | None = None,
    tenant: str | None = None,
) -> Question[Recommendations]:
    """Ask what a customer may want next, of what can be bought now.

    Parameters
    ----------
    customer_id : str, int or UUID
    mode : str, optional
        By what the customer bought (``history``); by what similar customers bought, of what is new to this one
        (``similar_customers``); or as by history, of what is amply in stock (``inventory``).
    limit : int, optional
        Products at most, 1 to 50.
    threshold : int, optional
        By inventory: of which variants more are there.
    as_of : str, date or datetime, optional
        The instant to answer for; by default the shop's clock.
    tenant : str, optional
        Whose customer; by default the client's.

    Returns
    -------
    Recommendations
    """
    asked = {
        "type": mode,
        "limit": limit,
        "threshold": threshold,
        "as_of": instant(as_of),
    }
    return Question(
        method="GET",
        path=f"/api/recommendations/{path_part('customer_id', customer_id)}",
        told=Recommendations,
        query={name: value for name, value in asked.items() if value is not None},
        tenant=tenant,
    )


def value(
    customer_id: CustomerKey, *, as_of: AsOf | None = None, tenant: str | None = None
) -> Question[CustomerValue]:
    """Ask what a customer is worth: so far, and within a horizon to come.

    Parameters
    ----------
    customer_id : str, int or UUID
    as_of : str, date or datetime, optional
        The instant to answer for; by default the shop's clock.
    tenant : str, optional
        Whose customer; by default the client's.

    Returns
    -------
    CustomerValue
    """
    settled = instant(as_of)
    return Question(
        method="GET",
        path=f"/api/customer/{path_part('customer_id', customer_id)}/clv",
        told=CustomerValue,
        query={} if settled is None else {"as_of": settled},
        tenant=tenant,
    )


def credit_profile(
    customer_id: CustomerKey, *, tenant: str | None = None
) -> Question[CreditProfile]:
    """Ask for the credit score that was given last, and what would better it.

    Parameters
    ----------
    customer_id : str, int or UUID
    tenant : str, optional
        Whose customer; by default the client's.

    Returns
    -------
    CreditProfile

    Raises
    ------
    NotFound
        Where no score was given.
    """
    path = f"/api/customers/{path_part('customer_id', customer_id)}/credit-profile"
    return Question(method="GET", path=path, told=CreditProfile, tenant=tenant)


def _about(
    customer_id: CustomerKey | None, as_of: AsOf | None, features: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Write the body of a question for a decision; what does not go together is refused by the server's own words."""
    asked = {
        "customer_id": None if customer_id is None else str(customer_id),
        "as_of": instant(as_of),
        "features": None
        if features is None
        else {name: plain(name, value) for name, value in features.items()},
    }
    return {name: value for name, value in asked.items() if value is not None}
