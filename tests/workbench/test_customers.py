"""Frames for people carry the shop's own customer ids."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import select
from tests.workbench.shops import SLUG, make_home, opened

from commerce.records import schema
from commerce.records.database import reading
from workbench.customers import by_own_id


def test_rows_are_shown_by_the_shops_own_ids_and_keep_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = make_home(tmp_path / "template", customers=12, days=60)
    with opened(template, tmp_path / "home", monkeypatch, SLUG) as bench:
        with reading(bench.engine) as connection:
            table = schema.customer
            known = connection.execute(select(table.c.id, table.c.external_id).limit(3)).all()
        frame = pd.DataFrame(
            {"customer_id": [row.id.hex for row in reversed(known)], "label": [0, 1, 0]}
        )
        shown = by_own_id(bench, frame)
    assert list(shown.columns) == ["customer", "label"]
    assert list(shown["customer"]) == [row.external_id for row in reversed(known)]
    assert list(shown["label"]) == [0, 1, 0]
