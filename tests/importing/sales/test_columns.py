"""Finding the columns of a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from importing.errors import SourceError
from importing.sales.columns import NEEDED, WELL_KNOWN, find_sales_columns
from importing.sales.statuses import STATUS_WORDS, State, StatusReader, read_status_map
from tabular.columns import find_columns, plain
from tabular.errors import Refused, TableError


def test_two_columns_that_could_be_meant_are_asked_about() -> None:
    with pytest.raises(TableError, match="--time must be given"):
        find_columns({}, ["customer", "Order Date", "Invoice Date", "amount"], WELL_KNOWN, NEEDED)


def test_a_column_that_cannot_be_found_is_asked_for_by_its_option() -> None:
    with pytest.raises(TableError, match="--price or --order-total or --amount must name a column"):
        find_columns({"customer": "a", "time": "b"}, ["a", "b", "c"], WELL_KNOWN, NEEDED)


def test_columns_that_were_not_named_are_left_alone_once_one_is() -> None:
    columns = ["customer", "date", "order_id", "amount", "country"]
    assert set(find_columns({}, columns, WELL_KNOWN, NEEDED)) == {
        "customer",
        "time",
        "order",
        "amount",
        "country",
    }
    assert set(find_columns({"customer": "customer"}, columns, WELL_KNOWN, NEEDED)) == {
        "customer",
        "time",
        "amount",
    }


def test_a_well_known_name_means_one_thing_only() -> None:
    names = [name for known in WELL_KNOWN.values() for name in known]
    assert len(names) == len(set(names))
    assert all(plain(name) == name for name in names)


def test_every_status_word_means_what_its_list_says() -> None:
    read = StatusReader()
    assert all(read(word.upper()) == state for word, state in STATUS_WORDS.items())
    assert {"paid", "completed", "open", "cancelled", "failed", "returned"} == set(
        STATUS_WORDS.values()
    )


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("wc-completed", "completed"),
        ("wc-processing", "paid"),
        ("wc-refunded", "returned"),
        ("Shipped - Delivered to Buyer", "completed"),
        ("In Process", "paid"),
        ("requires_capture", "open"),
        ("order_refunded", "returned"),
        ("payment_review", "open"),
        ("entregue", "completed"),
        ("cancelado", "cancelled"),
        ("Bezahlt", "paid"),
        ("Storniert", "cancelled"),
        ("Versendet", "paid"),
        ("Rembours\u00e9e", "returned"),
        ("Op\u0142acone", "paid"),
        ("Geannuleerd", "cancelled"),
        ("Rimborsato", "returned"),
    ],
)
def test_words_of_shops_in_many_languages_are_known(word: str, state: State) -> None:
    assert StatusReader()(word) == state


@pytest.mark.parametrize("word", ["partially_refunded", "partially_paid", "Disputed", "on fire"])
def test_a_word_that_says_a_part_or_nothing_known_is_refused_until_the_shop_says_what_it_means(
    word: str, tmp_path: Path
) -> None:
    with pytest.raises(Refused, match="--status-map"):
        StatusReader()(word)
    path = tmp_path / "words.csv"
    path.write_text(f"word,meaning\n{word},Paid\n")
    assert StatusReader(read_status_map(path))(word.upper()) == "paid"
    path.write_text(f"{word},sold\n")
    with pytest.raises(
        SourceError, match="Meanings: paid, completed, open, cancelled, failed, returned"
    ):
        read_status_map(path)


def test_a_column_that_changes_what_lines_mean_is_used_or_left_out_by_name() -> None:
    columns = ["Date", "Customer", "Total", "Status", "Currency"]
    assert find_sales_columns(columns, {}).keys() >= {"status", "currency_column"}
    assert "status" not in find_sales_columns([*columns[:3], "", "Currency"], {})
    with pytest.raises(TableError, match="column 'Status' must be used or left out"):
        find_sales_columns(columns, {"time": "Date"})
    left_out = find_sales_columns([*columns[:3], "", ""], {"time": "Date"})
    assert left_out.keys() == {"customer", "time", "amount"}
    with pytest.raises(
        TableError, match="'Refunded Amount' must be left out by name, for it may hold refunds"
    ):
        find_sales_columns([*columns, "Refunded Amount"], {})
