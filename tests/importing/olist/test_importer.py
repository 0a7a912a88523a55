"""The Olist files, orders and all."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from tests.importing.olist.olist_folder import HEADS, Rows, key, make_olist, write_olist
from tests.importing.shops import NOW, Shop, counts, micros

from commerce.records import schema
from commerce.records.identity import imported_id
from importing.engine.summary import ImportSummary
from importing.olist.importer import import_olist
from tabular.errors import ColumnNotFound, TableError

PERSON, ORDER, PRODUCT, SELLER = key("c", 1), key("a", 1), key("d", 1), key("e", 1)


def bring(shop: Shop, rows: Rows, tenant: str = "olist") -> ImportSummary:
    folder = write_olist(shop.folder / "olist", rows)
    return import_olist(
        shop.engine, folder, tenant, now=NOW, rejects_folder=shop.folder / "raw" / tenant
    )


def one_order(
    status: str = "delivered",
    *,
    dates: tuple[str, str, str] = (
        "2017-10-02 11:07:15",
        "2017-10-04 19:55:00",
        "2017-10-10 21:25:13",
    ),
    items: int = 2,
    payments: tuple[tuple[str, int, str], ...] = (("credit_card", 3, "38.71"),),
) -> Rows:
    """One order of two units of one product, 29.99 and 8.72 of freight in all."""
    limit = "2017-10-06 11:07:15"
    both = [(ORDER, 1, PRODUCT, SELLER, limit, "20.00", "4.36")]
    both += [(ORDER, 2, PRODUCT, SELLER, limit, "9.99", "4.36")]
    return {
        "olist_customers_dataset": [(key("b", 1), PERSON, "03149", "são paulo", "SP")],
        "olist_orders_dataset": [
            (ORDER, key("b", 1), status, "2017-10-02 10:56:33", *dates, "2017-10-18 00:00:00")
        ],
        "olist_order_items_dataset": list(both[:items]),
        "olist_order_payments_dataset": [
            (ORDER, place, *payment) for place, payment in enumerate(payments, 1)
        ],
        "olist_products_dataset": [(PRODUCT, "beleza_saude", *[""] * 7)],
        "olist_sellers_dataset": [(SELLER, "13023", "campinas", "SP")],
        "product_category_name_translation": [("beleza_saude", "health_beauty")],
        "olist_order_reviews_dataset": [
            review("f1", 4, "2017-10-12 03:43:48", 'Não testei o produto ainda,\n"mas" ok.')
        ],
    }


def review(
    name: str, stars: int, answered: str, words: str = "", order: str = ORDER
) -> list[object]:
    return [name, order, stars, "", words, "2017-10-11 00:00:00", answered]


def test_an_order_is_told_from_its_purchase_to_its_review(shop: Shop) -> None:
    assert counts(bring(shop, one_order())) == (5, 5, 0, 0)
    assert [event.type for event in sorted(shop.events(), key=lambda event: event.occurred_at)] == [
        *("customer.registered", "order.placed", "order.line", "order.line", "delivery.promised"),
        *("payment.captured", "order.paid", "delivery.shipped", "delivery.delivered"),
        *("order.completed", "review.posted"),
    ]
    (placed,), (promised,) = shop.events("order.placed"), shop.events("delivery.promised")
    assert (placed.amount_minor, placed.currency, placed.quantity) == (3871, "BRL", 2)
    assert placed.occurred_at == micros("2017-10-02T10:56:33-03:00")
    assert promised.due_at == micros("2017-10-18T00:00:00-02:00")  # summer time has begun
    (customer,) = shop.rows(schema.customer)
    assert (customer.external_id, customer.id) == (PERSON, placed.customer_id)


def test_a_line_is_an_item_with_its_freight_its_seller_and_its_category(shop: Shop) -> None:
    bring(shop, one_order())
    lines = shop.events("order.line")
    assert [line.amount_minor for line in lines] == [2436, 1435]
    assert {line.category for line in lines} == {"health_beauty"}
    assert {line.seller_id for line in lines} == {imported_id("olist", "seller", SELLER)}
    (product,), (category,) = shop.rows(schema.product), shop.rows(schema.category)
    assert (product.external_id, product.category_id) == (PRODUCT, category.id)
    assert {line.product_id for line in lines} == {product.id}


def test_a_payment_tells_its_method_and_instalments_and_vouchers_are_payments(shop: Shop) -> None:
    bring(shop, one_order(payments=(("voucher", 1, "8.71"), ("credit_card", 10, "30.00"))))
    captured = [
        (paid.method, paid.value, paid.amount_minor) for paid in shop.events("payment.captured")
    ]
    assert captured == [("voucher", 1, 871), ("credit_card", 10, 3000)]
    (paid,) = shop.events("order.paid")
    assert (paid.method, paid.amount_minor) == ("credit_card", 3871)
    assert shop.sales_account() == 3871
    assert {row.status for row in shop.rows(schema.payment)} == {"succeeded"}


def test_two_customer_ids_of_one_person_are_one_customer(shop: Shop) -> None:
    rows = one_order()
    rows["olist_customers_dataset"].append((key("b", 2), PERSON, "03149", "são paulo", "SP"))
    rows["olist_orders_dataset"].append(
        (
            key("a", 2),
            key("b", 2),
            "shipped",
            "2017-09-01 09:00:00",
            "",
            "",
            "",
            "2017-10-20 00:00:00",
        )
    )
    assert bring(shop, rows).customers == 1
    (registered,) = shop.events("customer.registered")
    assert registered.occurred_at == micros("2017-09-01T09:00:00-03:00")


def test_an_order_called_off_before_it_was_packed_has_no_lines_and_ends_with_the_files(
    shop: Shop,
) -> None:
    rows = one_order("unavailable", dates=("2017-10-02 11:07:15", "", ""), items=0)
    bring(shop, rows)
    (placed,), (cancelled,) = shop.events("order.placed"), shop.events("order.cancelled")
    assert (placed.amount_minor, placed.value, shop.events("order.line")) == (3871, 0, [])
    assert (cancelled.reason, cancelled.occurred_at) == (
        "unavailable",
        micros("2017-10-12T03:43:48-03:00"),  # the last instant of the files: a review
    )
    assert [row.status for row in shop.rows(schema.orders)] == ["cancelled"]
    assert not {"payment.refunded", "order.completed"} & set(shop.types())


@pytest.mark.parametrize("status", ["canceled", "unavailable"])
@pytest.mark.parametrize("shipped", ["", "2017-10-04 19:55:00"])
def test_the_promise_of_a_cancelled_order_is_withdrawn_as_the_order_ends(
    any_shop: Shop, status: str, shipped: str
) -> None:
    bring(any_shop, one_order(status, dates=("2017-10-02 11:07:15", shipped, "")))
    (cancelled,) = any_shop.events("order.cancelled")
    (promised,) = any_shop.events("delivery.promised")
    (withdrawn,) = any_shop.events("delivery.withdrawn")
    assert (withdrawn.occurred_at, withdrawn.recorded_at) == (
        cancelled.occurred_at,
        cancelled.recorded_at,
    )
    assert withdrawn.aggregate_id == promised.aggregate_id
    assert withdrawn.customer_id == promised.customer_id


def test_what_arrived_or_still_may_is_not_withdrawn(shop: Shop) -> None:
    bring(shop, one_order("canceled"))
    bring(shop, one_order("shipped", dates=("2017-10-02 11:07:15", "", "")), "other")
    assert "delivery.withdrawn" not in shop.types()


def test_a_payment_of_nothing_is_a_payment(any_shop: Shop) -> None:
    paid = (("voucher", 1, "0.00"), ("credit_card", 3, "38.71"))
    summary = bring(any_shop, one_order(payments=paid))
    assert counts(summary) == (6, 6, 0, 0)
    assert [event.amount_minor for event in any_shop.events("payment.captured")] == [0, 3871]
    assert any_shop.events("order.paid")[0].method == "credit_card"
    assert [row.amount_minor for row in any_shop.rows(schema.payment)].count(0) == 1
    assert any_shop.sales_account() == 3871


def test_an_order_never_approved_nor_sent_is_not_paid(shop: Shop) -> None:
    bring(shop, one_order("created", dates=("", "", "")))
    assert not {"payment.captured", "order.paid"} & set(shop.types())
    assert [row.status for row in shop.rows(schema.payment)] == ["processing"]


def test_an_order_sent_but_never_approved_was_paid_when_it_left(shop: Shop) -> None:
    bring(shop, one_order("shipped", dates=("", "2017-10-04 19:55:00", "")))
    assert shop.events("order.paid")[0].occurred_at == micros("2017-10-04T19:55:00-03:00")


def test_a_delivery_before_its_shipment_stands_as_the_files_have_it(shop: Shop) -> None:
    bring(
        shop,
        one_order(dates=("2017-10-02 11:07:15", "2017-10-10 12:00:00", "2017-10-09 12:00:00")),
    )
    assert shop.events("delivery.delivered")[0].occurred_at == micros("2017-10-09T12:00:00-03:00")
    assert [row.status for row in shop.rows(schema.delivery)] == ["delivered"]


def test_a_second_answer_edits_the_review_and_the_product_counts_the_last(shop: Shop) -> None:
    rows = one_order()
    rows["olist_order_reviews_dataset"].append(review("f2", 1, "2017-10-20 08:00:00", "Ruim."))
    bring(shop, rows)
    (posted,), (edited,) = shop.events("review.posted"), shop.events("review.edited")
    assert (posted.value, edited.value, posted.product_id) == (4, 1, edited.product_id)
    (kept,), (product,) = shop.rows(schema.review), shop.rows(schema.product)
    assert (kept.stars, kept.body, kept.event_id) == (1, "Ruim.", edited.id)
    assert (product.ratings_count, product.ratings_sum) == (1, 1)


def test_one_review_id_of_two_orders_is_a_review_of_each(shop: Shop) -> None:
    rows = make_olist(2)
    rows["olist_order_reviews_dataset"] = [
        review("f1", stars, "2019-01-01 00:00:00", order=key("a", number))
        for number, stars in enumerate((5, 2))
    ]
    bring(shop, rows)
    assert sorted(event.value for event in shop.events("review.posted")) == [2, 5]


def test_no_word_of_a_review_and_no_place_enters_an_event(shop: Shop) -> None:
    bring(shop, one_order())
    stream = repr([tuple(event) for event in shop.events()])
    assert not [word for word in ("testei", "paulo", "SP'", "03149", "campinas") if word in stream]
    assert "Não testei" in shop.rows(schema.review)[0].body


def test_a_second_import_adds_nothing(shop: Shop) -> None:
    rows = make_olist(150)
    first = bring(shop, rows)
    before = shop.state()
    again = bring(shop, rows)
    assert (first.orders, again.events, again.rows_accepted) == (150, 0, 0)
    assert again.rows_duplicate == first.rows_read
    assert shop.state() == before


def test_every_row_is_counted_once_and_money_adds_up(shop: Shop) -> None:
    rows = make_olist(200)
    summary = bring(shop, rows)
    rows_of_orders = sum(len(rows[f"olist_{name}_dataset"]) for name in ("orders", "order_items"))
    rows_of_orders += sum(
        len(rows[f"olist_order_{name}_dataset"]) for name in ("payments", "reviews")
    )
    assert counts(summary) == (rows_of_orders, rows_of_orders, 0, 0)
    captured = sum(event.amount_minor for event in shop.events("payment.captured"))
    assert 0 < captured == shop.sales_account()
    statuses = Counter(row[2] for row in rows["olist_orders_dataset"])
    types = Counter(shop.types())
    assert types["order.placed"] == 200
    assert types["order.completed"] == statuses["delivered"]
    assert types["order.cancelled"] == statuses["canceled"] + statuses["unavailable"]
    assert types["review.edited"] == 3


def test_rows_of_no_order_and_rows_that_cannot_be_read_are_refused_with_their_file(
    shop: Shop,
) -> None:
    rows = one_order()
    rows["olist_order_reviews_dataset"] += [
        review("f3", 6, "2017-10-12 03:43:48"),
        review("f4", 5, "2017-10-12 03:43:48", order="nowhere"),
    ]
    rows["olist_order_payments_dataset"].append((ORDER, 2, "not_defined", 1, "-0.01"))
    rows["olist_orders_dataset"].append((key("a", 3), "nobody", *["2017-10-02 11:07:15"] * 6))
    summary = bring(shop, rows)
    assert counts(summary) == (9, 5, 4, 0)
    assert set(summary.reasons) == {
        *("no review_score", "unknown order_id", "negative payment_value", "unknown customer_id")
    }
    assert summary.rejects is not None
    assert "olist_order_reviews_dataset,f3" in summary.rejects.read_text("utf-8")


@pytest.mark.parametrize("name", list(HEADS))
def test_a_missing_file_is_named(shop: Shop, name: str) -> None:
    folder = write_olist(shop.folder / "olist", one_order())
    (folder / f"{name}.csv").unlink()
    with pytest.raises(TableError, match=f"folder must hold {name}.csv"):
        import_olist(shop.engine, folder, "olist", now=NOW, rejects_folder=folder)
    assert shop.rows(schema.tenant) == []


def test_a_missing_column_is_named_with_its_file(shop: Shop, tmp_path: Path) -> None:
    folder = write_olist(shop.folder / "olist", one_order())
    path = folder / "olist_order_items_dataset.csv"
    path.write_text(path.read_text("utf-8").replace("freight_value", "freight"), "utf-8")
    with pytest.raises(ColumnNotFound, match=r"olist_order_items_dataset.csv .* 'freight_value'"):
        import_olist(shop.engine, folder, "olist", now=NOW, rejects_folder=folder)


def test_the_records_are_the_same_on_postgresql(postgres_shop: Shop) -> None:
    summary = bring(postgres_shop, make_olist(60))
    assert (summary.orders, summary.rows_rejected) == (60, 0)
    assert bring(postgres_shop, make_olist(60)).events == 0
