"""A champion whose decision is an offer, worth to each customer what she is expected to buy."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from tests.serving.shop import make_real_package

from features.catalogue import CATALOGUE
from scoring.linear import Linear
from scoring.offers import Offer, SuccessRate
from scoring.package import Package
from scoring.purchase_models import MeanOrders, MeanValue
from scoring.purchases import INPUTS, SpendForecast

COST, MARGIN = 250, 0.3


def make_offering_package(tenant: str) -> Package:
    """The churn package of three features, with what its offer reads beside them."""
    package = make_real_package("churn", tenant=tenant)
    linear = package.components[0]
    assert isinstance(linear, Linear)
    read = CATALOGUE.subset(INPUTS).outputs
    more = [replace(package.outputs[0], name=each.name, hash=each.hash) for each in read]
    longer: dict[str, Any] = {
        name: np.concatenate([getattr(linear, name), np.zeros(len(more), dtype=array.dtype)])
        for name in Linear.__dataclass_fields__
        if isinstance(array := getattr(linear, name), np.ndarray)
    }
    return replace(
        package,
        version="2",
        outputs=(*package.outputs, *more),
        components=(replace(linear, **longer),),
        offer=Offer(
            cost=COST,
            margin=MARGIN,
            silence="days_since_order",
            success=tuple(
                SuccessRate(rate=0.25, returns=returns, from_days=0.0) for returns in (False, True)
            ),
            forecast=SpendForecast(
                horizon_days=90,
                orders=MeanOrders(r=1.0, alpha=50.0, all_share=0.5, further_share=0.5),
                value=MeanValue(mean=4000.0, times=1.0),
            ),
            currency="EUR",
        ),
    )
