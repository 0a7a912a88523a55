"""What a shadow would have changed, in figures that were reckoned by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid5

import numpy as np
import pytest
from sqlalchemy import Engine, insert
from tests.serving.shop import NOW, customer_id, make_package, make_shop

from commerce.records.database import reading, writing
from commerce.records.tenants import Tenant
from scoring.decisions import Action, Decision
from serving.predict.scores import record_score, score_row
from serving.predict.shadow_comparisons import compare_shadow, last_shadow, was_asked
from serving.predict.shadow_figures import Differing, Money, ShadowComparison
from serving.schema import shadow_score

SHADOW = "acme.churn/3"


def said(risk: float, gain: int | None, band: str | None = None) -> Decision:
    """A decision that acts where that is expected to earn something."""
    acts = risk > 0.5 if gain is None else gain > 0
    action = Action(
        action="retain" if acts else "none", threshold=0.5, rule="by hand", gain=gain, value=gain
    )
    return Decision(
        probability=risk, score=None, band=band, rule_score=None, rule_band=None, decision=action, reasons=()
    )  # fmt: skip


class Book:
    """Answers that are written down with what a shadow said to them."""

    def __init__(self, engine: Engine, tenant: Tenant) -> None:
        self.engine, self.tenant, self.count = engine, tenant, 0

    def note(
        self,
        customer: str | None,
        given: Decision,
        shadow: Decision | str | None,
        model: str = "churn",
    ) -> None:
        """Write one down a minute after the last; None waits, and a sentence says why nothing was said."""
        self.count += 1
        at = NOW + timedelta(minutes=self.count)
        request = str(uuid5(UUID(int=0), str(self.count)))
        whom = None if customer is None else customer_id("acme", customer)
        state = "decided" if isinstance(shadow, Decision) else "failed" if shadow else "waiting"
        row = score_row(
            given, make_package(model), np.ones(4), request_id=request, tenant_id=self.tenant.id,
            customer_id=whom, as_of=at, made_at=at, backfills=0, origin="online",
        )  # fmt: skip
        with writing(self.engine) as connection:
            record_score(connection, row)
            connection.execute(
                insert(shadow_score),
                {
                    "request_id": request, "tenant_id": self.tenant.id, "customer_id": whom, "model": model,
                    "model_version": f"acme.{model}/3", "asked_at": at, "state": state,
                    "why": shadow if isinstance(shadow, str) else None,
                    "answer": shadow.as_dict() if isinstance(shadow, Decision) else None,
                },
            )  # fmt: skip

    def compared(
        self,
        label: str = SHADOW,
        since: datetime | None = None,
        until: datetime = NOW + timedelta(days=1),
    ) -> ShadowComparison:
        """Compare."""
        with reading(self.engine) as connection:
            return compare_shadow(connection, self.tenant, label, since=since, until=until)


@pytest.fixture
def book(any_engine: Engine) -> Book:
    return Book(any_engine, make_shop(any_engine))


def test_decisions_and_money_are_those_reckoned_by_hand(book: Book) -> None:
    book.note("17850", said(0.1, -900), said(0.9, 4_000))  # a later answer about him counts
    book.note("17850", said(0.8, 500), said(0.4, -300))
    book.note("12346", said(0.3, -200), said(0.6, 700))
    book.note(None, said(0.7, 1_000), said(0.7, 1_100))
    book.note("12346", said(0.2, -100), "values were lost")
    book.note("12346", said(0.2, -100), None)
    found = book.compared()
    assert (found.asked, found.both, found.waiting, found.skipped) == (6, 4, 1, 0)
    assert found.failed == {"values were lost": 1}
    assert (found.first_at, found.last_at) == tuple(
        NOW + timedelta(minutes=each) for each in (1, 6)
    )
    assert found.answered_by == {"acme.churn/1": 4}
    assert found.actions == {
        ("none", "retain"): 2, ("retain", "none"): 1, ("retain", "retain"): 1
    }  # fmt: skip
    assert found.changed == 3
    assert found.shift == pytest.approx((0.8 + 0.4 + 0.3 + 0.0) / 4)
    assert found.largest == pytest.approx(0.8)
    assert (found.customers, found.differing) == (3, 2)
    assert found.money == Money(
        champion_by_champion=500 + 1_000,
        shadow_by_champion=-200 + 1_000,
        champion_by_shadow=-300 + 1_100,
        shadow_by_shadow=700 + 1_100,
    )
    assert found.money_differing == Money(
        champion_by_champion=500,
        shadow_by_champion=-200,
        champion_by_shadow=-300,
        shadow_by_shadow=700,
    )
    assert [each.customer for each in found.largest_differing] == ["12346", "17850"]
    assert found.largest_differing[1] == Differing(
        request_id=str(uuid5(UUID(int=0), "2")), customer="17850", action_before="retain",
        action_after="none", risk_before=0.8, risk_after=0.4, gain_before=500, gain_after=-300,
    )  # fmt: skip
    assert found.sentence == (
        "acme.churn/3 would have decided otherwise about 2 of 3 customers: by its own figures that earns 10.00 EUR"
        " more, by the champion's 7.00 EUR less. Which is right, outcomes will tell."
    )
    told = found.as_dict()
    assert told["money_differing"]["shadow_by_shadow"] == 700
    assert told["actions"][0] == {"before": "none", "after": "retain", "answers": 2}
    assert told["first_at"] == "2026-03-01T12:01:00+00:00"
    assert (told["both"], told["changed"], told["sentence"]) == (4, 3, found.sentence)


def test_only_answers_of_the_time_asked_about_count(book: Book) -> None:
    book.note("17850", said(0.1, -900), said(0.9, 4_000))
    book.note("17850", said(0.8, 500), said(0.8, 600))
    found = book.compared(since=NOW + timedelta(minutes=2))
    assert (found.both, found.changed) == (1, 0)
    assert found.sentence == "acme.churn/3 would have decided the same about 1 customer."
    found = book.compared(until=NOW + timedelta(minutes=2))
    assert (found.both, found.changed) == (1, 1)


def test_bands_that_move_are_counted_and_money_nobody_knows_is_not_told(book: Book) -> None:
    book.note("17850", said(0.6, None, "D"), said(0.4, None, "B"), "credit")
    book.note("12346", said(0.1, None, "A"), said(0.2, None, "A"), "credit")
    found = book.compared("acme.credit/3")
    assert found.bands == {("D", "B"): 1, ("A", "A"): 1}
    assert (found.money, found.money_differing) == (None, None)
    assert found.sentence == (
        "acme.credit/3 would have decided otherwise about 1 of 2 customers; what that is worth, neither version knows."
    )


def test_a_model_that_nobody_shadows_has_nothing_to_compare(book: Book) -> None:
    with reading(book.engine) as connection:
        assert last_shadow(connection, book.tenant, "churn") is None
        assert not was_asked(connection, book.tenant, SHADOW)
    assert book.compared().sentence == "acme.churn/3 has answered nothing yet."
    book.note("17850", said(0.6, None), None)
    with reading(book.engine) as connection:
        assert last_shadow(connection, book.tenant, "churn") == SHADOW
        assert was_asked(connection, book.tenant, SHADOW)
        assert not was_asked(connection, book.tenant, "acme.churn/4")
        assert last_shadow(connection, book.tenant, "credit") is None
