"""What a candidate would have answered to what was asked."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine
from tests.serving.shop import LAST, NOW, SHOP, make_package, make_stale, place_order

from commerce.records.database import reading
from commerce.records.tenants import Tenant
from scoring.errors import PackageMismatch
from scoring.package import Package
from scoring.published import publish
from serving.predict.answers import answer
from serving.predict.asking import Answer, AppState, CustomerRequest, ValuesRequest
from serving.predict.packages import PackageShelf
from serving.predict.traffic import Rerun, rerun

BY_VALUES = ValuesRequest(tenant="acme", features={"orders_90d": 1, "days_since_order": 60})


@pytest.fixture
def given(
    shop: Tenant, engine: Engine, make_state: Callable[..., AppState], packages: Path
) -> list[Answer]:
    """Four answers: two customers, one as of the past, and values."""
    state = make_state(engine)
    asked: list[CustomerRequest | ValuesRequest] = [
        CustomerRequest(tenant="acme", customer_id="17850"),
        CustomerRequest(tenant="acme", customer_id="12346"),
        CustomerRequest(tenant="acme", customer_id="17850", as_of="2026-01-20"),
        BY_VALUES,
    ]
    return [answer(state, "churn", each, str(uuid.uuid4())) for each in asked]


def run(engine: Engine, packages: Path, tenant: Tenant, candidate: Package) -> Rerun:
    shelf = PackageShelf([packages], SHOP)
    day = timedelta(days=1)

    def through(connection: Connection) -> Rerun:
        return rerun(connection, shelf, tenant, candidate, since=NOW - day, until=NOW + day)

    with reading(engine) as connection:
        return through(connection)


def test_the_version_that_answered_answers_the_same(
    given: list[Answer], engine: Engine, packages: Path, shop: Tenant
) -> None:
    found = run(engine, packages, shop, make_package())
    assert (found.answers, found.rerun, found.unread, found.changed) == (4, 4, 0, 0)
    assert found.largest == 0
    assert found.answered_by == {"acme.churn/1": 4}


def test_a_candidate_is_held_against_what_was_answered(
    given: list[Answer],
    engine: Engine,
    packages: Path,
    shop: Tenant,
    make_state: Callable[..., AppState],
) -> None:
    candidate = make_package(version="3")
    candidate = replace(candidate, decision=replace(candidate.decision, threshold=0.2))
    found = run(engine, packages, shop, candidate)
    folder = packages.parent / "candidate"
    publish(candidate, folder)
    state = make_state(engine, folder=folder)
    risks = []
    for each in given:
        request: CustomerRequest | ValuesRequest = BY_VALUES
        if each.customer is not None:
            request = CustomerRequest(
                tenant="acme", customer_id=each.customer.text, as_of=each.as_of.isoformat()
            )
        risks.append(answer(state, "churn", request, str(uuid.uuid4())).decision)
    moves = [abs(after.risk - each.decision.risk) for each, after in zip(given, risks, strict=True)]
    assert found.largest == max(moves)
    assert found.shift == pytest.approx(sum(moves) / 4)
    assert found.changed == sum(
        after.decision.action != each.decision.decision.action
        for each, after in zip(given, risks, strict=True)
    )
    assert found.changed > 0
    assert found.examples[0].request_id == given[moves.index(max(moves))].request_id
    assert found.as_dict()["answers"] == 4


def test_features_that_were_not_kept_are_computed_again_as_of_then(
    given: list[Answer], engine: Engine, packages: Path, shop: Tenant
) -> None:
    for place in (packages / "acme" / "churn" / "1").iterdir():
        place.unlink()
    place_order(engine, shop, "17850", LAST + timedelta(hours=1))
    found = run(engine, packages, shop, make_package())
    assert (found.rerun, found.unread) == (3, 1)
    assert found.largest == 0


def test_a_candidate_on_features_declared_otherwise_is_refused(
    given: list[Answer], engine: Engine, packages: Path, shop: Tenant
) -> None:
    with pytest.raises(PackageMismatch):
        run(engine, packages, shop, make_stale(make_package(version="2")))


def test_nothing_was_asked_of_a_model_that_nobody_asked(
    engine: Engine, packages: Path, shop: Tenant
) -> None:
    found = run(engine, packages, shop, replace(make_package("credit"), version="2"))
    assert (found.answers, found.rerun, found.examples) == (0, 0, [])
