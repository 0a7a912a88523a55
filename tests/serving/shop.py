"""A small shop with two customers, models on four features, and a client of applications."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import httpx
import numpy as np
import pytest
from sqlalchemy import Engine, insert

from commerce.records import schema
from commerce.records.database import writing
from commerce.records.instants import to_micros
from commerce.records.stream import NewEvent, append
from commerce.records.tenants import Tenant, create_tenant
from features.catalogue import CATALOGUE
from features.declaring.declaration import DAYS, catalogue, count, ratio, recency, source, total
from scoring.calibration import Calibration
from scoring.linear import Linear
from scoring.package import DecisionRule, Package, PackageOutput
from scoring.rules import RuleInputs
from scoring.scale import Scale
from serving.settings import DoorSettings

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LAST = datetime(2026, 2, 1, 9, 30, tzinfo=UTC)
"""When the last order of the shop was placed."""

OPEN = DoorSettings(open=frozenset({"*"}))
"""Whoever asks from this machine is let in."""

placed = source("order.placed", column="base_minor")
orders = source("order.placed")

SHOP = catalogue(
    count(orders, name="orders", windows=DAYS(90), unit="orders", description="Orders placed."),
    total(
        placed,
        name="spend",
        windows=DAYS(90),
        null=0,
        minimum=0,
        unit="minor",
        description="Amount ordered.",
    ),
    recency(
        orders, name="days_since_order", unit="days", minimum=0, description="Days since an order."
    ),
    ratio("order_value_90d", "spend_90d", "orders_90d", description="Amount per order."),
)


def make_package(model: str = "churn", version: str = "1", tenant: str = "acme") -> Package:
    """A linear package on the shop's features; credit has a scale and a rule score."""
    width = len(SHOP.names)
    credit = model == "credit"
    return Package(
        name=f"{tenant}.{model}",
        version=version,
        currency="EUR",
        outputs=tuple(
            PackageOutput(
                name=output.name,
                hash=output.hash,
                family=output.name,
                unit=output.unit,
                reference=2.0,
                template=f"{output.name} is {{value}}; usual is {{reference}}.",
                missing=f"{output.name} is not known.",
            )
            for output in SHOP.outputs
        ),
        components=(
            Linear(
                weight=1.0,
                base=-0.5,
                log=np.array([True, True, False, False]),
                fill=np.array([0.0, 0.0, 90.0, 0.0]),
                mean=np.zeros(width),
                coefficient=np.array([-0.7, -0.01, 0.02, 0.00001]) * float(version),
                missing_mean=np.zeros(width),
                missing_coefficient=np.array([0.0, 0.0, 1.0, 0.0]),
            ),
        ),
        decision=DecisionRule(
            threshold=0.4,
            at_or_above="retain",
            below="leave alone",
            rule="5.00 EUR against 12.50 EUR",
        ),
        scale=Scale() if credit else None,
        rule_inputs=RuleInputs(columns={"spend": "spend_90d"}, typical_order=2500.0)
        if credit
        else None,
    )


def make_real_package(model: str, tenant: str = "acme") -> Package:
    """A package on three features of the real catalogue."""
    outputs = CATALOGUE.subset(["orders_90d", "average_order_value", "days_since_order"])
    package = make_package(model, tenant=tenant)
    listed = [
        replace(package.outputs[0], name=each.name, hash=each.hash) for each in outputs.outputs
    ]
    linear = package.components[0]
    assert isinstance(linear, Linear)
    shorter = {
        name: getattr(linear, name)[:3]
        for name in Linear.__dataclass_fields__
        if name not in ("weight", "base")
    }
    rule_inputs = RuleInputs(
        columns={"average_order_value": "average_order_value"}, typical_order=2500.0
    )
    return replace(
        package,
        outputs=tuple(listed),
        components=(replace(linear, **shorter),),
        rule_inputs=None if package.rule_inputs is None else rule_inputs,
    )


def make_owing_package() -> Package:
    """A learned model by which only what is owed raises the risk, which customers can settle."""
    package = make_real_package("credit")
    (component,) = package.components
    assert isinstance(component, Linear)
    output = CATALOGUE["open_invoice_balance"]
    told = replace(
        package.outputs[0],
        name=output.name,
        hash=output.hash,
        unit=output.unit,
        template="{value} owed on invoices.",
        notice="Much is still to be paid on invoices: {value}.",
    )
    nothing = np.zeros(3)
    linear = replace(
        component,
        base=-4.0,
        log=np.zeros(3, dtype=np.bool_),
        coefficient=np.array([0.005, 0.0, 0.0]),
        missing_coefficient=nothing,
        mean=nothing,
    )
    rules = package.rule_inputs
    assert rules is not None
    return replace(
        package,
        outputs=(told, *package.outputs[1:]),
        components=(linear,),
        decision=replace(package.decision, at_or_above="refuse", below="approve", threshold=0.2),
        rule_inputs=replace(rules, calibration=Calibration(slope=0.5, intercept=-1.0)),
        actionable=(output.name,),
    )


def make_stale(package: Package) -> Package:
    """The same package, trained on a feature declared otherwise."""
    first, *others = package.outputs
    return replace(package, outputs=(replace(first, hash="0" * 16), *others))


def make_shop(engine: Engine, slug: str = "acme", clock_mode: str = "recorded") -> Tenant:
    """A tenant in Berlin with customers 17850 and 12346, who ordered in January 2026."""
    with writing(engine) as connection:
        tenant = create_tenant(
            connection,
            slug,
            zone="Europe/Berlin",
            currency="EUR",
            clock_mode="wall" if clock_mode == "wall" else "recorded",
            now=NOW,
        )
        for number, external_id in enumerate(["17850", "12346"], start=1):
            connection.execute(
                insert(schema.customer).values(
                    tenant_id=tenant.id,
                    id=customer_id(slug, external_id),
                    number=number,
                    external_id=external_id,
                    created_at=NOW,
                )
            )
    for days, external_id, amount in [(30, "17850", 2499), (0, "17850", 1000), (3, "12346", 800)]:
        place_order(engine, tenant, external_id, LAST - timedelta(days=days), amount)
    return tenant


def customer_id(slug: str, external_id: str) -> uuid.UUID:
    """The UUID of a customer of the shop."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{slug}/{external_id}")


def place_order(
    engine: Engine, tenant: Tenant, external_id: str, at: datetime, amount: int = 1000
) -> None:
    """Append an order of a customer."""
    key = f"{external_id}/{at.isoformat()}"
    with writing(engine) as connection:
        append(
            connection,
            tenant,
            [
                NewEvent(
                    "order.placed",
                    to_micros(at),
                    to_micros(at),
                    key,
                    customer_id=customer_id(tenant.slug, external_id),
                    aggregate_type="order",
                    aggregate_id=key,
                    amount_minor=amount,
                    currency="EUR",
                    base_minor=amount,
                    quantity=1,
                    value=1,
                )
            ],
            ingested_at=to_micros(at),
        )


class Client:
    """Asks an application in this process, without a server."""

    def __init__(self, app: Any) -> None:
        self.app = app

    def get(self, path: str, **options: Any) -> httpx.Response:
        """GET a path."""
        return self.request("GET", path, **options)

    def post(self, path: str, body: Any, **options: Any) -> httpx.Response:
        """POST a JSON body."""
        return self.request("POST", path, json=body, **options)

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send one request."""

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://localhost"
            ) as client:
                return await client.request(method, path, **options)

        return anyio.run(send)


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The lines of the request log."""
    name = "serving.rest.request_log"
    return [record.getMessage() for record in caplog.records if record.name == name]
