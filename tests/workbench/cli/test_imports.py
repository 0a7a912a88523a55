"""The import commands, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.importing.olist.olist_folder import make_olist, write_olist

from workbench.cli import group

BIDS = "lot,most,when,who\nL1,20,0,ann\nL1,35.5,1,bob\nL1,nothing,2,cid\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BELLWETHER_HOME", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return tmp_path


def run(*words: object) -> Result:
    return CliRunner().invoke(group, ["import", *map(str, words)])


def test_bids_are_printed_with_what_their_auctions_came_to(home: Path) -> None:
    (home / "bids.csv").write_text(BIDS)
    columns = ("--auction", "lot", "--amount", "most", "--time", "when", "--bidder", "who")
    words = (
        "bids",
        home / "bids.csv",
        "--tenant",
        "lots",
        *columns,
        "--elapsed",
        "hours",
        "--allow-refused",
        "1",
    )
    first, second = (json.loads(run(*words, "--json").output) for _ in range(2))
    assert first["auctions"] == second["auctions"]
    assert first["auctions"] == [
        {"auction": "L1", "closing_price": 20.5, "winner": "bob", "bids": 2},
    ]
    assert (first["rows_accepted"], first["rows_rejected"]) == (2, 1)
    assert (second["rows_duplicate"], second["events"]) == (2, 0)
    assert "1 no amount" in run(*words).output


def test_olist_comes_in_from_its_folder(home: Path) -> None:
    folder = write_olist(home / "olist", make_olist(20))
    shown = run("olist", folder, "--tenant", "olist").output
    assert "20 orders" in shown
    assert "counts in BRL, days begin in America/Sao_Paulo" in shown
    (folder / "olist_sellers_dataset.csv").unlink()
    refused = run("olist", folder, "--tenant", "olist")
    assert refused.exit_code == 2
    assert "folder must hold olist_sellers_dataset.csv" in refused.output


def test_a_table_that_cannot_be_read_is_one_sentence_and_a_wrong_use(home: Path) -> None:
    (home / "empty.csv").write_text("")
    refused = run("bids", home / "empty.csv", "--tenant", "lots")
    assert (refused.exit_code, refused.output.count("\n")) == (2, 1)
    assert refused.output.startswith("bellwether: file must hold rows; got")
