"""Finding the columns of a file."""

from __future__ import annotations

import pytest

from importing.sales.columns import NEEDED, WELL_KNOWN
from importing.sales.statuses import STATUS_WORDS, state_of
from tabular.columns import find_columns, plain
from tabular.errors import TableError


def test_two_columns_that_could_be_meant_are_asked_about() -> None:
    with pytest.raises(TableError, match="--time must be given"):
        find_columns({}, ["customer", "Order Date", "Invoice Date", "amount"], WELL_KNOWN, NEEDED)


def test_a_column_that_cannot_be_found_is_asked_for_by_its_option() -> None:
    with pytest.raises(TableError, match="--price or --amount must name a column"):
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
    assert all(state_of(word.upper()) == state for word, state in STATUS_WORDS.items())
    assert {"paid", "completed", "open", "cancelled", "failed", "returned"} == set(
        STATUS_WORDS.values()
    )
