"""Finding one column of a table."""

from __future__ import annotations

import pytest

from tabular.columns import find_column
from tabular.errors import ColumnNotFound, TableError


def test_names_match_exactly_before_they_match_whatever_their_case() -> None:
    columns = ["who", "WHO", "When", "total"]
    assert find_column("--customer", "WHO", columns) == 1
    assert find_column("--time", "when", columns) == 2
    with pytest.raises(TableError, match="positions 1, 2"):
        find_column("--customer", "Who", columns)


def test_a_misspelt_column_is_answered_with_the_closest() -> None:
    with pytest.raises(
        ColumnNotFound, match=r"--customer .* Did you mean Kunde\? Columns: Kunde, Datum"
    ):
        find_column("--customer", "Kunden", ["Kunde", "Datum", "Betrag"])


def test_a_position_beyond_the_file_is_a_sentence() -> None:
    with pytest.raises(TableError, match="position from 1 to 3; got 4"):
        find_column("--time", "4", ["a", "b", "c"])
