"""Features of invoices that were not paid are those they will have once they are."""

from __future__ import annotations

import numpy as np
import pytest

from features.catalogue import CATALOGUE
from features.evaluating.python_evaluator import evaluate_rows
from features.evaluating.settling import as_if_paid, open_invoices

DAY = 86_400_000_000
NOW = 100 * DAY
COLUMNS = 16


def event(
    number: int, kind: str, invoice: str, at: int, amount: int, **more: object
) -> tuple[object, ...]:
    """A row of a customer's stream."""
    return (
        number, kind, "c" * 32, None, None, "invoice", invoice, at, at, more.get("due_at"), amount, None,
        more.get("value"), "pay_later", None, None,
    )  # fmt: skip


ROWS = [
    event(1, "invoice.issued", "a" * 32, 10 * DAY, 5000, due_at=24 * DAY),
    event(2, "invoice.issued", "b" * 32, 80 * DAY, 3000, due_at=94 * DAY),
    event(3, "invoice.paid", "a" * 32, 30 * DAY, 5000),
    event(4, "invoice.paid", "b" * 32, 90 * DAY, 1000),
    event(5, "invoice.issued", "d" * 32, 95 * DAY, 700, due_at=109 * DAY),
]


def test_open_invoices_come_the_first_due_first_with_what_is_still_to_be_paid() -> None:
    found = [(each.id[0], each.amount, each.balance) for each in open_invoices(ROWS, NOW)]
    assert found == [("b", 3000, 2000), ("d", 700, 700)]
    assert [each.due_at for each in open_invoices(ROWS, NOW)] == [94 * DAY, 109 * DAY]


def test_what_was_annulled_is_not_open() -> None:
    undone = event(6, "event.annulled", "d" * 32, 96 * DAY, 700, value=5)
    assert [each.id[0] for each in open_invoices([*ROWS, undone], NOW)] == ["b"]


@pytest.mark.parametrize("count", [1, 2])
def test_paying_them_gives_the_features_that_were_worked_out_before(count: int) -> None:
    paid = open_invoices(ROWS, NOW)[:count]
    alone, *_ = as_if_paid(ROWS, paid, NOW)
    really = [
        event(10 + place, "invoice.paid", each.id, NOW, each.balance)
        for place, each in enumerate(paid)
    ]
    told, came = (evaluate_rows(rows, NOW + 1, CATALOGUE) for rows in (alone, [*ROWS, *really]))
    np.testing.assert_array_equal(told, came)
    place = CATALOGUE.names.index("open_invoice_balance")
    before = evaluate_rows(ROWS, NOW + 1, CATALOGUE)[place]
    assert before - told[place] == sum(each.balance for each in paid)
    assert open_invoices(alone, NOW + 1) == open_invoices(ROWS, NOW)[count:]


def test_each_form_of_the_record_holds_one_thing_more() -> None:
    paid = open_invoices(ROWS, NOW)
    kinds = [[row[1] for row in rows[len(ROWS) :]] for rows in as_if_paid(ROWS, paid, NOW)]
    assert kinds == [
        ["invoice.paid"] * 2,
        ["payment.captured"] * 2 + ["invoice.paid"] * 2,
        ["payment.captured"] * 2 + ["invoice.paid"] * 2 + ["order.paid"] * 2,
    ]
    for rows in as_if_paid(ROWS, paid, NOW):
        numbers = [row[0] for row in rows]
        assert len(set(numbers)) == len(numbers)
        assert all(len(row) == COLUMNS for row in rows)
