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


@pytest.mark.parametrize("kind", ["transactions", "events", "olist", "bids"])
def test_a_dry_run_in_a_new_home_leaves_no_file(tmp_path: Path, kind: str, home: Path) -> None:
    folder = write_olist(home / "olist", make_olist(5))
    (home / "bids.csv").write_text("auction,amount,time,bidder\nL1,20,2024-01-02,ann\n")
    (home / "events.csv").write_text(
        "type,customer,occurred_at\ncustomer.registered,ann,2024-01-02\n"
    )
    (home / "transactions.csv").write_text("customer,time,amount,x\nann,2024-01-02,9.50,1\n")
    before = sorted(home.rglob("*"))
    shown = run(
        kind, folder if kind == "olist" else home / f"{kind}.csv", "--tenant", "new", "--dry-run"
    )
    assert shown.exit_code == 0, shown.output
    assert "dry run: nothing was written; leave --dry-run out to import" in shown.output
    assert sorted(home.rglob("*")) == before


def test_a_dry_run_prints_as_json_how_the_file_was_read(home: Path) -> None:
    path = home / "sales.csv"
    path.write_text("customer,time,amount,shelf\nann,2024-01-02,9.50,1\nbob,2024-01-03,x,2\n")
    words = ("transactions", path, "--tenant", "new", "--allow-refused", "1", "--dry-run", "--json")
    said = json.loads(run(*words).output)
    assert said["dry_run"]
    assert said["columns"] == {"customer": "customer", "time": "time", "amount": "amount"}
    assert said["left_aside"] == ["shelf"]
    assert said["reasons"] == {"no amount": 1}
    assert said["content"]["amount"] == 950


def sales(home: Path, name: str, *lines: str) -> Path:
    path = home / name
    path.write_text("\n".join(("Kunde;Datum;Betrag", *lines)) + "\n")
    return path


SAVED = ("--customer", "Kunde", "--time", "Datum", "--amount", "Betrag", "--time-format", "DMY")


def test_saved_options_are_kept_in_a_private_file_and_serve_the_next_file(home: Path) -> None:
    first = sales(home, "1.csv", "ann;03.02.2025;9,50", "bob;04.02.2025;1,00")
    words = (*SAVED, "--decimal", ",", "--currency", "EUR", "--save-as", "daily")
    assert "saved as daily" in run("transactions", first, "--tenant", "acme", *words).output
    kept = home / "data" / "imports" / "daily.toml"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.read_text().splitlines()[1:] == [
        'kind = "transactions"',
        "",
        "[options]",
        'tenant = "acme"',
        'customer = "Kunde"',
        'time = "Datum"',
        'amount = "Betrag"',
        'currency = "EUR"',
        'decimal = ","',
        'time-format = ["DMY"]',
    ]
    second = sales(home, "2.csv", "ann;05.02.2025;2,50")
    assert json.loads(run("again", "daily", second, "--json").output)["rows_accepted"] == 1
    other = run("again", "daily", second, "--tenant", "other", "--time-format", "MDY", "--dry-run")
    assert "2025-05-02" in other.output
    assert "tenant other counts in EUR" in other.output


def test_nothing_is_saved_by_an_import_that_fails_or_a_dry_run(home: Path) -> None:
    path = sales(home, "1.csv", "ann;03.02.2025;9,50")
    run("transactions", path, "--tenant", "acme", *SAVED, "--save-as", "daily", "--dry-run")
    run("transactions", path, "--tenant", "acme", "--customer", "Wer", "--save-as", "daily")
    assert not (home / "data").exists() or not list((home / "data").rglob("*.toml"))
    refused = run("transactions", path, "--tenant", "acme", *SAVED, "--save-as", "../Daily")
    assert "--save-as must be lower-case letters" in refused.output
    assert refused.exit_code == 2


def test_an_unknown_name_is_answered_with_the_known_ones(home: Path) -> None:
    path = sales(home, "1.csv", "ann;03.02.2025;9,50")
    run("transactions", path, "--tenant", "acme", *SAVED, "--save-as", "daily")
    refused = run("again", "dayly", path)
    assert refused.exit_code == 2
    assert "got 'dayly'. Did you mean daily?" in refused.output


def test_saved_pairs_stay_beside_those_that_are_given(home: Path) -> None:
    path = home / "stream.csv"
    path.write_text("what,who,when,seen\ncustomer.registered,ann,2025-01-01,2025-01-02\n")
    pairs = [f"--column={pair}" for pair in ("type=what", "customer=who", "occurred_at=when")]
    assert run("events", path, "--tenant", "acme", *pairs, "--save-as", "log").exit_code == 0
    path.write_text(path.read_text().replace("when", "at").replace("ann", "bob"))
    given = ("--column", "occurred_at=at", "--json")
    assert json.loads(run("again", "log", path, *given).output)["rows_accepted"] == 1


def test_each_reason_of_refusal_is_a_line_that_names_the_option_which_settles_it(
    home: Path,
) -> None:
    rows = "who,at,order,total,state\nann,2011-01-01,1,5,paid\nann,2011-01-02,2,-3,paid\n"
    rows += "ann,2011-01-02,2,3,paid\nbob,1-2-2011,3,1,paid\nbob,,4,7.5.1,paid\nbob,2011-01-03,5,1,ruht\n"
    (home / "shop.csv").write_text(rows)
    words = ("--customer", "who", "--time", "at", "--order", "order", "--amount", "total")
    more = ("--status", "state", "--time-format", "YMD", "--allow-refused", "1")
    shown = run("transactions", home / "shop.csv", "--tenant", "acme", *words, *more).output
    told = [line for line in shown.splitlines() if line.startswith("    ")]
    assert told == [
        "    2 no time (such as '1-2-2011', a blank cell): written in another way? --time-format FORMAT",
        "    1 negative outside returns (such as -3): returns? --returns negative",
        "    1 unknown status ('ruht'): words of this shop? --status-map FILE",
        "    1 order in part (such as '2' with line 3 refused): take in what is left of them?"
        " --partial-orders keep",
    ]


def written(home: Path, name: str, *lines: str) -> Path:
    path = home / name
    path.write_text("\n".join(lines) + "\n")
    return path


def test_lines_that_are_no_data_are_named_and_clocks_beside_the_date_are_used(home: Path) -> None:
    head, row = "Order,Customer,Date,Time,Amount", "1,ann,2024-01-02,2:30 PM,9.50"
    path = written(
        home, "sales.csv", head, row, head, "2,bob,2024-01-03,9:05 AM,1", head, "Total,,,,10.50"
    )
    shown = run("transactions", path, "--tenant", "new")
    assert (
        "no data, left aside: 2 repeated headers (lines 3, 5), 1 total row (line 6)" in shown.output
    )
    assert "2 rows: 2 in, 0 known already, 0 refused" in shown.output
    assert "time_of_day 'Time'" in shown.output
    words = ("--customer", "Customer", "--time", "Date", "--amount", "Amount")
    asked = run("transactions", path, "--tenant", "other", *words)
    assert "Give --time-of-day 'Time' or --ignore 'Time'" in asked.output


def test_bids_take_a_clock_beside_the_date_but_none_where_times_are_elapsed(home: Path) -> None:
    head = "auction,bidder,amount,date,time"
    path = written(
        home, "bids.csv", head, "7,ann,9.50,2024-01-02,14:30", "7,bob,9.00,2024-01-02,9:05"
    )
    shown = run("bids", path, "--tenant", "new")
    assert "2 rows: 2 in" in shown.output, shown.output
    path = written(home, "elapsed.csv", "auction,bidder,amount,time", "7,ann,9.50,0.25")
    shown = run("bids", path, "--tenant", "later", "--elapsed", "days")
    assert "1 rows: 1 in" in shown.output, shown.output


def typed(words: str, answer: str = "") -> Result:
    return CliRunner().invoke(group, words.split(), input=answer)


def two_imports(home: Path) -> None:
    run("transactions", sales(home, "1.csv", "ann;03.02.2025;9,50"), "--tenant", "acme", *SAVED)
    run("transactions", sales(home, "2.csv", "bob;04.02.2025;7,50"), "--tenant", "acme", *SAVED)


def test_imports_are_listed_and_undone_by_their_numbers(home: Path) -> None:
    two_imports(home)
    shown = typed("import list").output
    assert "1.csv" in shown
    assert "2.csv" in shown
    assert str(home) not in shown
    assert "Nothing was changed" in typed("import undo 2", "n\n").output
    done = typed("import undo 2 --tenant acme", "y\n")
    assert "undone: 5 events count no more, for no cutoff; the file can be imported" in done.output
    state = [row["state"] for row in json.loads(typed("import list --json").output)["imports"]]
    assert state[0] == ""
    assert state[1].startswith("undone 20")
    again = typed("import undo 2 --yes")
    assert (again.exit_code, "import must not be undone twice; got 2" in again.output) == (2, True)
    assert typed("doctor").exit_code == 0


def test_a_new_tenant_whose_only_import_is_undone_goes_whole(home: Path) -> None:
    path = sales(home, "1.csv", "ann;03.02.2025;9,50", "bob;never;1,00")
    run("transactions", path, "--tenant", "acme", *SAVED, "--allow-refused", "1")
    assert (home / "data" / "raw" / "acme").exists()
    kept = typed("import undo 1", "akme\n")
    assert "got 'akme'. Nothing was removed." in kept.output
    assert (home / "data" / "raw" / "acme").exists()
    gone = typed("import undo 1", "acme\n")
    assert "removed: tenant acme" in gone.output
    assert not (home / "data" / "raw" / "acme").exists()
    assert "no tenants yet" in typed("tenants").output
    words = ("transactions", path, "--tenant", "acme", *SAVED, "--allow-refused", "1", "--json")
    assert json.loads(run(*words).output)["rows_accepted"] == 1


def test_a_tenant_is_removed_by_either_name_of_the_command(home: Path) -> None:
    two_imports(home)
    unknown = typed("tenant remove akme --yes")
    assert (unknown.exit_code, "Did you mean acme?" in unknown.output) == (2, True)
    shown = typed("tenant remove acme --yes").output
    assert "tenant acme has 2 customers, 2 orders, 10 events, 0 scores, 2 imports" in shown
    assert typed("doctor").exit_code == 0
