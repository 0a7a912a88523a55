"""A dry run says what the import then comes to, and leaves nothing behind."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine
from tests.importing.files import KINDS, importing
from tests.importing.shops import NOW, Shop

from importing.events.importer import EventOptions, import_events
from tabular.errors import TableError


@pytest.mark.parametrize("kind", KINDS)
def test_a_dry_run_counts_what_the_import_counts_and_writes_nothing(
    any_engine: Engine, tmp_path: Path, kind: str
) -> None:
    shop, run = Shop(any_engine, tmp_path), importing(kind, any_engine, tmp_path)
    empty = shop.state()
    for first in (True, False):
        before, files = shop.state(), sorted(tmp_path.rglob("rejects*"))
        meant = run(dry_run=True)
        assert shop.state() == before
        assert sorted(tmp_path.rglob("rejects*")) == files
        done = run()
        assert replace(meant, dry_run=False) == done
        assert (done.rows_accepted > 0) is first
        assert meant.content is not None
        assert meant.content.customers > 1
    assert shop.state() != empty
    assert shop.findings() == []


def test_a_dry_run_of_an_import_with_too_many_refused_rows_says_so_and_leaves_no_file(
    shop: Shop,
) -> None:
    words = "type,customer,occurred_at\nnone,a,2025-01-01\ncustomer.registered,a,2025-01-01\n"
    path = shop.write(words, "few.csv")
    with pytest.raises(TableError, match=r"all of them would be in .*rejects\.csv"):
        import_events(
            shop.engine,
            path,
            EventOptions(tenant="acme"),
            now=NOW,
            rejects_folder=shop.folder / "raw",
            dry_run=True,
        )
    assert not (shop.folder / "raw").exists()
