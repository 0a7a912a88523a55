"""What a customer owes, and how promises to pay were kept lately and ever."""

from __future__ import annotations

import math

from commerce.records.instants import DAY
from features.catalogue import CATALOGUE
from features.evaluating.python_evaluator import evaluate_rows

Row = tuple[object, ...]
NOW = 400 * DAY


def issued(number: int, at: int, due: int, amount: int) -> Row:
    aggregate = ("invoice", f"i{number}")
    return (10 * number, "invoice.issued", "c", None, None, *aggregate, at, at, due, amount) + (
        None,
    ) * 5


def paid(number: int, at: int, amount: int) -> Row:
    aggregate = ("invoice", f"i{number}")
    return (10 * number + 1, "invoice.paid", "c", None, None, *aggregate, at, at, None, amount) + (
        None,
    ) * 5


def values_of(*rows: Row) -> dict[str, float]:
    return dict(zip(CATALOGUE.names, evaluate_rows(list(rows), NOW, CATALOGUE), strict=True))


def test_lateness_is_told_of_the_last_quarter_and_ever_apart() -> None:
    values = values_of(
        issued(1, 100 * DAY, 130 * DAY, 1000),
        paid(1, 170 * DAY, 1000),
        issued(2, 340 * DAY, 360 * DAY, 1000),
        paid(2, 350 * DAY, 1000),
        issued(3, 350 * DAY, 370 * DAY, 1000),
        paid(3, 380 * DAY, 1000),
    )
    assert (values["mean_days_past_due_90d"], values["mean_days_past_due"]) == (5, 50 / 3)
    assert (values["days_past_due_365d"], values["days_past_due"]) == (40, 40)
    assert (values["invoices_late_90d"], values["invoices_late"]) == (1, 2)
    assert (values["promises_kept_90d"], values["promises_kept"]) == (1 / 2, 1 / 3)


def test_a_part_payment_is_a_share_of_the_open_invoices_alone() -> None:
    values = values_of(
        issued(1, 300 * DAY, 330 * DAY, 5000),
        paid(1, 320 * DAY, 5000),
        issued(2, 380 * DAY, 410 * DAY, 3000),
        paid(2, 390 * DAY, 1000),
        issued(3, 395 * DAY, 425 * DAY, 1000),
    )
    assert values["open_invoice_paid_share"] == 1 / 4


def test_the_first_of_the_open_invoices_says_when_money_is_due() -> None:
    settled = [issued(1, 380 * DAY, 401 * DAY, 10), paid(1, 390 * DAY, 10)]
    ahead = [issued(2, 381 * DAY, 411 * DAY + DAY // 2, 10), issued(3, 395 * DAY, 425 * DAY, 10)]
    late = [issued(4, 300 * DAY, 330 * DAY, 10)]
    found = [values_of(*rows)["days_until_due"] for rows in (settled + ahead, ahead + late)]
    assert found == [11, 0]
    assert math.isnan(values_of(*settled)["days_until_due"])


def test_a_customer_who_owes_nothing_has_paid_no_share_of_it() -> None:
    settled = [issued(1, 300 * DAY, 330 * DAY, 5000), paid(1, 320 * DAY, 5000)]
    assert math.isnan(values_of(*settled)["open_invoice_paid_share"])
