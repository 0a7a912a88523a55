"""What a provider says converges: any order, any repetition, the same totals, state and money."""

from typing import Any, NamedTuple
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from tests.commerce.payments.banks import Bank, make_bank

from commerce.payments import webhooks
from commerce.payments.providers.port import read_event
from commerce.payments.queries import Payment
from commerce.payments.totals import fold

AMOUNT = 1190


class Scene(NamedTuple):
    """A shop and how often it was used."""

    bank: Bank


@pytest.fixture
def scene(engine: Engine) -> Scene:
    """One shop for all examples."""
    return Scene(make_bank(engine, "local"))


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """What happens to one payment at a provider, in its order: attempts that fail, one that does not, what follows."""
    events: list[dict[str, Any]] = []
    clock = 1_772_366_400

    def happens(document: dict[str, Any]) -> None:
        nonlocal clock
        clock += 1
        events.append({"created": clock, "data": {"object": document}})

    def intent(status: str, **more: Any) -> None:
        happens({"object": "payment_intent", "status": status, "amount": AMOUNT} | more)

    def under_way() -> None:
        for status in ("requires_action", "processing"):
            if draw(st.booleans()):
                intent(status)

    for number in range(draw(st.integers(0, 2))):
        under_way()
        error = {"charge": f"ch_{number}", "code": "card_declined"}
        intent("requires_payment_method", last_payment_error=error)
    under_way()
    end = draw(st.sampled_from(["succeeded", "succeeded", "succeeded", "canceled", "under way"]))
    if end == "canceled":
        intent("canceled")
    if end != "succeeded":
        return events
    if draw(st.booleans()):
        intent("requires_capture")
    intent("succeeded", latest_charge="ch_9")
    amounts = draw(st.lists(st.integers(1, 300), max_size=3))
    for number, amount in enumerate(amounts):
        refund = {"object": "refund", "id": f"re_{number}", "amount": amount, "charge": "ch_9"}
        for status in draw(
            st.sampled_from(
                [
                    ["pending"],
                    ["succeeded"],
                    ["pending", "succeeded"],
                    ["pending", "failed"],
                    ["pending", "succeeded", "failed"],
                ]
            )
        ):
            happens(refund | {"status": status})
    if draw(st.booleans()):
        dispute = {"object": "dispute", "amount": 200, "charge": "ch_9", "reason": "fraudulent"}
        happens(dispute | {"status": "needs_response"})
        happens(dispute | {"status": draw(st.sampled_from(["won", "lost", "under_review"]))})
    return events


def play(bank: Bank, payment: UUID, events: list[dict[str, Any]]) -> Payment:
    """Tell a payment everything, each in a transaction of its own, and look at it then."""
    name = bank.intent(payment)
    for event in events:
        document = dict(event["data"]["object"])
        document["id" if document["object"] == "payment_intent" else "payment_intent"] = name
        if document["object"] == "dispute":
            document["id"] = f"dp_{name}"
        emitted = read_event({**event, "data": {"object": document | {"currency": "eur"}}})
        assert emitted is not None
        with bank.shop.work() as work:
            webhooks.hear(work, "local", emitted)
    return bank.look(payment)


@given(data=st.data(), history=histories())
@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_order_of_a_providers_events_ends_in_the_same_totals_state_and_money(
    scene: Scene, data: st.DataObject, history: list[dict[str, Any]]
) -> None:
    bank = scene.bank
    buyer, _ = bank.buyer(None)
    again = data.draw(st.lists(st.sampled_from(history))) if history else []
    shuffled = data.draw(st.permutations(history + again))
    ends = []
    for events in (history, shuffled):
        payment = bank.order(buyer, None)
        before = len(bank.shop.events("payment.failed", "order.paid"))
        seen = play(bank, payment, events)
        assert seen.order_id is not None
        emitted = len(bank.shop.events("payment.failed", "order.paid")) - before
        ends.append((seen.status, seen.totals, emitted, bank.shop.holds("held", seen.order_id.hex)))
    assert ends[0] == ends[1]
    kept = ends[0][1]
    assert ends[0][3] == kept.captured - kept.refunded - kept.charged_back


@given(
    st.permutations(
        [
            ("payment.captured", 60, "ch_1"),
            ("payment.captured", 40, "ch_2"),
            ("payment.refund_requested", 30, "re_1/asked"),
            ("payment.refunded", 30, "re_1"),
            ("payment.refund_requested", 20, "re_2/asked"),
            ("payment.refund_failed", 20, "re_2/failed"),
            ("payment.refund_requested", 10, "re_3/asked"),
            ("payment.charged_back", 3, "dp_1"),
            ("payment.charged_back", 2, "dp_2"),
            ("payment.failed", 100, "ch_0"),
        ]
    )
)
def test_totals_are_a_fold_that_knows_no_order(rows: list[tuple[str, int, str]]) -> None:
    assert fold(rows, disputed=7) == (100, 30, 5, 10, 7)
    assert fold(rows, disputed=7).open == 48
