"""The score table: facts with their origin, on SQLite and PostgreSQL."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine, delete, update
from sqlalchemy.exc import DBAPIError
from tests.serving.shop import NOW, customer_id, make_shop

from commerce.records.database import reading, writing
from scoring.decisions import Action
from scoring.reasons import Reason
from serving.predict.scores import (
    ScoreRow,
    find_score,
    kept_decisions,
    latest_bands,
    latest_score,
    record_score,
    record_scores,
)
from serving.schema import score

AWKWARD = 0.1 + 0.2


def make_row(tenant_id: int, **changes: object) -> ScoreRow:
    """A score of customer 17850."""
    row = ScoreRow(
        request_id=str(uuid.uuid4()),
        tenant_id=tenant_id,
        customer_id=customer_id("acme", "17850"),
        model="churn",
        model_version="acme.churn/1",
        as_of=NOW,
        made_at=NOW,
        backfills=0,
        origin="online",
        probability=AWKWARD,
        score=None,
        band=None,
        rule_score=None,
        rule_band=None,
        decision=Action(action="retain", threshold=1 / 3, rule="5.00 EUR"),
        features={"orders_90d": 2.0, "days_since_order": None, "tiny": 5e-324, "long": 2.0**53 - 1},
        reasons=(
            Reason(
                feature="orders_90d",
                value=None,
                reference=2.0**53 - 1,
                contribution=AWKWARD,
                text="Orders: 0.1 \u20ac.",
            ),
        ),
    )
    return replace(row, **changes)


def test_a_score_comes_back_to_the_last_digit(any_engine: Engine) -> None:
    row = make_row(make_shop(any_engine).id)
    with writing(any_engine) as connection:
        record_score(connection, row)
    with reading(any_engine) as connection:
        assert find_score(connection, row.request_id) == row
        assert find_score(connection, "none") is None


def test_a_score_cannot_be_changed_or_deleted(any_engine: Engine) -> None:
    row = make_row(make_shop(any_engine).id)
    with writing(any_engine) as connection:
        record_score(connection, row)
    for statement in (update(score).values(probability=0.0), delete(score)):
        with pytest.raises(DBAPIError, match="append-only"), writing(any_engine) as connection:
            connection.execute(statement)


def test_a_score_points_at_a_customer_of_its_own_tenant(any_engine: Engine) -> None:
    make_shop(any_engine)
    other = make_shop(any_engine, slug="other")
    with pytest.raises(DBAPIError, match=r"(?i)foreign key"), writing(any_engine) as connection:
        record_score(connection, make_row(other.id))


def test_writing_rows_again_writes_nothing(any_engine: Engine) -> None:
    tenant = make_shop(any_engine)
    rows = [make_row(tenant.id) for _ in range(3)]
    with writing(any_engine) as connection:
        assert record_scores(connection, rows[:2]) == 2
        assert record_scores(connection, rows) == 1
        assert record_scores(connection, rows) == 0
        assert record_scores(connection, []) == 0


def test_the_latest_score_is_the_one_made_last(any_engine: Engine) -> None:
    tenant = make_shop(any_engine)
    rows = [
        make_row(tenant.id, made_at=NOW + timedelta(microseconds=place), probability=place / 10)
        for place in (1, 3, 2)
    ]
    with writing(any_engine) as connection:
        record_scores(connection, [*rows, make_row(tenant.id, model="credit")])
        customer = customer_id("acme", "17850")
        assert latest_score(connection, tenant.id, customer, "churn") == rows[1]
        assert latest_score(connection, tenant.id, customer_id("acme", "12346"), "churn") is None


def test_what_was_decided_about_customers_comes_in_the_order_of_its_instants(
    any_engine: Engine,
) -> None:
    tenant, other = make_shop(any_engine), make_shop(any_engine, "other")
    week = timedelta(days=7)
    credit = make_row(tenant.id, model="credit", band="A")
    later = Action(action="refuse", threshold=0.3, rule="5.00 EUR")
    rows = [
        credit,
        replace(credit, request_id="second", made_at=NOW + week, band="B", decision=later),
        replace(credit, request_id="earlier", as_of=NOW - week, made_at=NOW + week, band="C"),
        replace(credit, request_id="nobody", customer_id=None),
        replace(credit, request_id="churn", model="churn"),
        replace(
            credit,
            request_id="other",
            tenant_id=other.id,
            customer_id=customer_id("other", "17850"),
        ),
    ]
    with writing(any_engine) as connection:
        record_scores(connection, rows)
    with reading(any_engine) as connection:
        found = list(kept_decisions(connection, tenant.id, "credit", NOW + week))
        before = list(kept_decisions(connection, tenant.id, "credit", NOW))
    assert [(each.as_of, each.band, each.action) for each in found] == [
        (NOW - week, "C", "retain"),
        (NOW, "A", "retain"),
        (NOW, "B", "refuse"),
    ]
    assert [each.band for each in before] == ["C"]


def test_the_latest_band_of_a_customer_is_that_as_of_the_latest_instant(any_engine: Engine) -> None:
    tenant, week = make_shop(any_engine), timedelta(days=7)
    known, other = customer_id("acme", "17850"), customer_id("acme", "12346")
    row = make_row(tenant.id, model="credit", band="B", score=710, rule_band="C", rule_score=640)
    rows = [
        row,
        replace(row, request_id="made again", band="A", score=810, made_at=NOW + week),
        replace(row, request_id="later", band="D", score=510, as_of=NOW + week),
        replace(row, request_id="by rules", customer_id=other, band=None, score=None),
        replace(row, request_id="churn", model="churn", band="E", score=310, as_of=NOW + week),
        replace(row, request_id="nobody", customer_id=None, band="E", as_of=NOW + week),
    ]
    with writing(any_engine) as connection:
        record_scores(connection, rows)
    with reading(any_engine) as connection:
        asked = (connection, tenant.id, "credit")
        assert latest_bands(*asked, until=NOW) == {known: ("A", 810)}
        assert latest_bands(*asked, until=NOW + week) == {known: ("D", 510)}
        assert latest_bands(*asked, since=NOW, until=NOW + week) == {known: ("D", 510)}
        assert latest_bands(*asked, since=NOW + week, until=NOW + 2 * week) == {}
        ruled = latest_bands(*asked, until=NOW, by_rules=True)
        assert ruled == {known: ("C", 640), other: ("C", 640)}
