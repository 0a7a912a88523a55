"""How much and what a customer buys."""

from commerce.records.instants import DAY
from features.catalogue import CATALOGUE
from features.evaluating.python_evaluator import evaluate_rows


def paid(number: int, at: int, amount: int) -> tuple[object, ...]:
    aggregate = ("order", f"o{number}")
    return (number, "order.paid", "c", None, None, *aggregate, at, at, None, amount, *[None] * 5)


def test_average_order_value_is_spend_over_paid_orders() -> None:
    rows = [paid(1, 0, 1000), paid(2, DAY, 500)]
    values = dict(zip(CATALOGUE.names, evaluate_rows(rows, 2 * DAY, CATALOGUE), strict=True))
    assert (values["spend"], values["paid_orders"], values["average_order_value"]) == (1500, 2, 750)


def test_no_paid_order_is_an_average_order_value_of_zero() -> None:
    values = dict(zip(CATALOGUE.names, evaluate_rows([], DAY, CATALOGUE), strict=True))
    assert values["average_order_value"] == 0
