"""Rows on their way: read, kept aside, told apart."""

from __future__ import annotations

from pathlib import Path

from tabular.errors import Refused
from tabular.rejects import Rejects
from tabular.store import Store
from tabular.table import open_table


def read(cells: list[str]) -> tuple[bytes, str]:
    if cells[1] == "bad":
        raise Refused("bad cell", "cell must be good; got 'bad'.")
    return "".join(cells).encode(), cells[0]


def test_rows_are_kept_told_apart_and_dropped_by_name(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("a,b,c\n1,x,z\n2,bad,z\n1,x,z\n3,y,z\n1,x,z\n")
    reported: list[tuple[str, int, int | None]] = []
    with Store("thing", ("key", "name")) as store, Rejects(tmp_path, ("file", "a")) as rejects:
        rows = store.stage(
            open_table(path), read, rejects, lambda *far: reported.append(far), ["f"]
        )
        assert (rows, store.count(), reported[-1][1:]) == (5, 4, (38, 38))
        key = b"1xz"
        assert [(one, place) for _, one, place in store.repeats()] == [(key, 2), (key, 3)]
        store.drop_named(lambda names: {"3"} & set(names), str, "name")
        assert store.count() == 3
        assert "f,2,bad,z" in (rejects.close() or path).read_text()
