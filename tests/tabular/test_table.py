"""Files of any make, as rows of cells."""

from __future__ import annotations

import contextlib
import gzip
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabular.delimiters import delimiter_named, detect_delimiter
from tabular.errors import TableError
from tabular.table import open_table


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("mark", [",", ";", "\t", "|", " "])
def test_the_delimiter_is_found(tmp_path: Path, mark: str) -> None:
    rows = [["who", "when", "what"], ["Ann", "2011-01-01", "3"], ["Bob", "2011-01-02", "4"]]
    table = open_table(write(tmp_path / "f", "\n".join(mark.join(row) for row in rows)))
    assert table.delimiter == mark
    assert table.columns == ("who", "when", "what")
    assert list(table.rows()) == [(2, rows[1]), (3, rows[2])]


def test_commas_inside_numbers_and_quotes_do_not_mislead() -> None:
    lines = ["Kunde;Datum;Betrag;Text", "a;1.1.2011;1,50;x, y, z", 'b;2.1.2011;2,75;"p, q; r"']
    assert detect_delimiter(lines) == ";"


def test_runs_of_blanks_before_between_and_behind_are_one_delimiter(tmp_path: Path) -> None:
    path = write(
        tmp_path / "cdnow.txt", " 00001 19970101  1   11.77\n 00002 19970112  1   12.00 \n"
    )
    table = open_table(path).without_header()
    assert [cells for _, cells in table.rows()] == [
        ["00001", "19970101", "1", "11.77"],
        ["00002", "19970112", "1", "12.00"],
    ]
    assert table.columns == ("1", "2", "3", "4")


def test_a_text_that_no_delimiter_splits_is_asked_about(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="--delimiter"):
        open_table(write(tmp_path / "f", "one\ntwo\nthree\n"))
    with pytest.raises(TableError, match="one character or its name"):
        delimiter_named("||")


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
    ],
)
def test_the_encoding_is_found(tmp_path: Path, encoding: str, found: str) -> None:
    text = "Kunde;Datum;Betrag €\nMüller;2011-01-01;3,50\n"
    table = open_table(write(tmp_path / "f", text.encode(encoding)))
    assert table.encoding == found
    assert table.columns == ("Kunde", "Datum", "Betrag €")
    assert [cells for _, cells in table.rows()] == [["Müller", "2011-01-01", "3,50"]]


def test_a_byte_that_windows_leaves_undefined_is_asked_about(tmp_path: Path) -> None:
    path = write(tmp_path / "f", b"a;b;c\n\x81;\xe9;1\n")
    with pytest.raises(TableError, match="--encoding must be given"):
        open_table(path)
    assert open_table(path, encoding="latin-1").columns == ("a", "b", "c")


def test_a_foreign_byte_far_behind_the_start_is_found(tmp_path: Path) -> None:
    table = open_table(write(tmp_path / "f", b"a;b;c\n" + b"1;2;3\n" * 300_000 + b"\xe9;2;3\n"))
    assert table.encoding == "cp1252"
    assert sum(1 for _ in table.rows()) == 300_001


def test_a_wrong_encoding_is_a_sentence(tmp_path: Path) -> None:
    path = write(tmp_path / "f", "a;b;c\n" + "1;2;3\n" * 5000 + "é;2;3\n")
    with pytest.raises(TableError, match="Leave --encoding out"):
        list(open_table(path, encoding="ascii").rows())
    with pytest.raises(TableError, match="known codec"):
        open_table(path, encoding="utf-9")


def test_gzip_is_known_by_its_content(tmp_path: Path) -> None:
    path = write(tmp_path / "plain.csv", gzip.compress(b"a,b,c\n1,2,3\n"))
    assert list(open_table(path).rows()) == [(2, ["1", "2", "3"])]


def test_a_gzip_that_breaks_off_is_a_sentence(tmp_path: Path) -> None:
    packed = gzip.compress(b"a,b,c\n" + bytes(range(49, 58)) * 10_000)
    with pytest.raises(TableError, match="whole"):
        open_table(write(tmp_path / "f.gz", packed[: len(packed) // 2]))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04rest", b"\n\n \n"])
def test_what_holds_no_rows_is_a_sentence(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(TableError, match="file must"):
        open_table(write(tmp_path / "f", content))
    with pytest.raises(TableError, match="Check the path"):
        open_table(tmp_path / "missing.csv")


def test_blank_lines_and_empty_trailing_cells_do_not_count(tmp_path: Path) -> None:
    table = open_table(write(tmp_path / "f", "a,b,c\n\n1,2,3,,\n   \n4,5,6\n"))
    assert list(table.rows()) == [(3, ["1", "2", "3"]), (5, ["4", "5", "6"])]


def test_a_cell_may_hold_line_breaks(tmp_path: Path) -> None:
    table = open_table(write(tmp_path / "f", 'a,b,c\n1,"x\ny",3\n4,5,6\n'))
    assert list(table.rows()) == [(2, ["1", "x\ny", "3"]), (4, ["4", "5", "6"])]


def test_a_cell_without_end_is_given_and_reading_goes_on(tmp_path: Path) -> None:
    path = write(tmp_path / "f", 'a,b,c\n1,2,3\n"' + "x" * 200_000 + '",2,3\n4,5,6\n')
    rows = list(open_table(path, delimiter=",").rows())
    assert rows[0] == (2, ["1", "2", "3"])
    assert rows[1][1][0].startswith("cannot be read")
    assert rows[-1][1] == ["4", "5", "6"]


def test_parquet_cells_are_text_without_the_marks_of_frames(tmp_path: Path) -> None:
    path = tmp_path / "shop.parquet"
    frame = pa.table(
        {
            "customer": pa.array([17850.0, None]),
            "at": pa.array([datetime(2011, 1, 2, 8), None], pa.timestamp("ns")),
            "day": pa.array([date(2011, 1, 2), None]),
            "price": pa.array([Decimal("2.550"), None]),
            "rate": pa.array([0.1, 2.0]),
            "word": pa.array(["x", "y"]).dictionary_encode(),
        }
    )
    pq.write_table(frame, path)
    table = open_table(path)
    assert table.columns == ("customer", "at", "day", "price", "rate", "word")
    assert [cells for _, cells in table.rows()] == [
        ["17850", "2011-01-02T08:00:00", "2011-01-02", "2.550", "0.1", "x"],
        ["", "", "", "", "2", "y"],
    ]


@given(st.binary(min_size=1, max_size=400))
def test_any_bytes_are_rows_or_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = write(tmp_path_factory.mktemp("any") / "f", content)
    with contextlib.suppress(TableError):
        for _, cells in open_table(path).rows():
            assert all(isinstance(cell, str) for cell in cells)
