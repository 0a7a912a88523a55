"""The whole way, as a user goes it: a shop's own file, the command line, an answer over HTTP.

The shop is none of ours: German column names, semicolons, decimal commas, Swiss francs, no order numbers and
no products.
"""

import csv
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from tests.ports import free_port

OPENED = datetime(2024, 3, 1, 9, 30)
DAYS = 480
PATIENCE = 180


def write_sales(path: Path, customers: int = 350) -> dict[str, int]:
    """Write sales of customers who buy at their own pace until they leave; give how many lines and orders."""
    chance = random.Random(5)
    lines = []
    for number in range(customers):
        pace = chance.lognormvariate(3.2, 0.5)
        day = chance.uniform(0, DAYS * 0.6)
        leaves = day + chance.expovariate(1 / 260)
        while day < min(leaves, DAYS):
            moment = OPENED + timedelta(days=day)
            amount = f"{chance.lognormvariate(4, 0.6):,.2f}"
            german = amount.translate(str.maketrans(",.", ".,"))
            lines.append((f"K-{number:04d}", f"{moment:%d.%m.%Y %H:%M}", german, "Zürich"))
            day += chance.expovariate(1 / pace)
    lines.append(("K-0000", "irgendwann", "1,00", "Genf"))
    with path.open("w", newline="", encoding="cp1252") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(("Kunde", "Datum", "Betrag", "Filiale"))
        writer.writerows(lines)
    moments = {(customer, moment) for customer, moment, _, _ in lines[:-1]}
    return {"lines": len(lines), "baskets": len(moments)}


def ask(port: int, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    request = Request(
        f"http://127.0.0.1:{port}/predict/churn",
        json.dumps(body).encode(),
        {"content-type": "application/json"},
    )
    try:
        with urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        with error:
            return error.code, json.load(error)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def bellwether(home: Path) -> list[str]:
    return [str(Path(sys.executable).parent / "bellwether")]


@pytest.fixture(scope="module")
def environ(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return kept | {"BELLWETHER_HOME": str(home)}


@pytest.fixture(scope="module")
def imported(home: Path, bellwether: list[str], environ: dict[str, str]) -> dict[str, int]:
    """What the import says of the file, the second time beside the first."""
    path = home / "umsatz.csv"
    written = write_sales(path)
    command = [*bellwether, "import", "transactions", str(path), "--tenant", "acme", "--json"]
    command += ["--customer", "Kunde", "--time", "Datum", "--amount", "Betrag"]
    command += ["--currency", "CHF", "--timezone", "Europe/Zurich"]
    counts = [
        json.loads(subprocess.run(command, env=environ, check=True, capture_output=True).stdout)
        for _ in range(2)
    ]
    assert counts[1]["rows_accepted"] == counts[1]["events"] == 0
    counted: dict[str, int] = written | counts[0]
    return counted


@pytest.fixture(scope="module")
def ran(
    bellwether: list[str], environ: dict[str, str], imported: dict[str, int]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*bellwether, "run", "--tenant", "acme"],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def port(
    bellwether: list[str],
    environ: dict[str, str],
    ran: subprocess.CompletedProcess[str],
    home: Path,
) -> Iterator[int]:
    """A running service."""
    assert ran.returncode == 0, ran.stderr
    chosen = free_port()
    with (home / "serve.log").open("w") as log:
        server = subprocess.Popen(
            [*bellwether, "serve", "--open", "acme", "--port", str(chosen)],
            env=environ,
            stdout=log,
            stderr=log,
        )
    try:
        await_ready(server, f"http://127.0.0.1:{chosen}/readyz", home / "serve.log")
        yield chosen
    finally:
        server.terminate()
        server.wait(PATIENCE)


def await_ready(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    """Return once the service answers; a busy machine may leave the first requests waiting."""
    ends = time.monotonic() + PATIENCE
    while True:
        try:
            urlopen(url, timeout=10).close()
            return
        except OSError:
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < ends, log.read_text()
            time.sleep(0.2)


def test_every_row_of_the_shops_file_is_accounted_for(imported: dict[str, int]) -> None:
    assert imported["rows_read"] == imported["lines"]
    assert imported["rows_rejected"] == 1
    assert imported["rows_accepted"] == imported["lines"] - 1
    assert imported["orders"] == imported["baskets"]
    assert imported["customers"] == 350


def test_a_run_trains_what_it_can_and_says_what_it_cannot(
    ran: subprocess.CompletedProcess[str], home: Path
) -> None:
    assert ran.returncode == 0, ran.stderr
    assert "acme.churn/1" in ran.stdout
    sentence = (
        "credit must have pay-later invoices to look at; got none. Bring them by `bellwether import events FILE`"
        " (invoice.issued with its amount and due_at, invoice.paid as it is paid), or let customers pay later in"
        " the shop. Without them, sales, segments and reports go on."
    )
    assert f"  credit is left out: {sentence}\n" in ran.stdout
    assert sentence in (home / "data" / "reports" / "index.html").read_text()
    assert not (home / "data" / "packages" / "acme" / "credit").exists()


def test_the_server_lives_is_ready_and_asks_who_calls(port: int) -> None:
    for path, status in (("/livez", 200), ("/readyz", 200), ("/api/docs/", 200)):
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE) as answer:
            assert answer.status == status, path
    for path in ("/api/customers/", "/api/orders/", "/api/analytics/summary/overview/"):
        with pytest.raises(HTTPError, match="401"):
            urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE)


def test_a_customer_is_answered_by_the_shops_own_word(port: int) -> None:
    status, answer = ask(port, {"tenant": "acme", "customer_id": "K-0007"})
    assert status == 200, answer
    assert answer["model_version"] == "acme.churn/1"
    asked = "probability" if answer["return_probability"] is None else "return_probability"
    assert 0 < answer[asked] < 1
    assert "CHF" in answer["decision"]["rule"]
    assert (answer["score"], answer["band"], answer["rule_score"]) == (None, None, None)


def test_the_answer_is_the_score_the_run_has_written(port: int, home: Path) -> None:
    from sqlalchemy import select

    from commerce.records.database import connect, reading
    from commerce.records.schema import customer
    from serving.schema import score

    status, answer = ask(port, {"tenant": "acme", "customer_id": "K-0011"})
    engine = connect(f"sqlite:///{home}/data/records.db")
    with reading(engine) as connection:
        batch = connection.execute(
            select(score.c.probability, score.c.reasons)
            .join(customer, customer.c.id == score.c.customer_id)
            .where(customer.c.external_id == "K-0011", score.c.origin == "batch")
        ).one()
    engine.dispose()
    assert status == 200
    assert (answer["probability"], answer["reasons"]) == (batch.probability, batch.reasons)


def test_a_past_answer_is_rebuilt_to_the_last_digit(
    port: int, bellwether: list[str], environ: dict[str, str]
) -> None:
    _, answer = ask(port, {"tenant": "acme", "customer_id": "K-0023"})
    done = subprocess.run(
        [*bellwether, "replay", answer["request_id"], "--json"],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    again = json.loads(done.stdout)
    assert {name: answer[name] for name in again if name in answer} == {
        name: value for name, value in again.items() if name in answer
    }
    assert again["probability"] == answer["probability"]
    assert again["customer"]["external_id"] == "K-0023"
    by_ours = ask(port, {"tenant": "acme", "customer_id": again["customer"]["id"]})[1]
    assert by_ours["customer"] == again["customer"]


def test_what_cannot_be_answered_is_said_in_a_sentence(port: int) -> None:
    assert ask(port, {"tenant": "acme", "customer_id": "K-9999"})[0] == 404
    status, refusal = ask(port, {"tenant": "acme", "features": {"order_90d": 1}})
    assert (status, refusal["field"]) == (422, "features.order_90d")
    assert "Did you mean" in refusal["detail"]


def test_the_records_add_up(
    bellwether: list[str], environ: dict[str, str], imported: dict[str, int]
) -> None:
    done = subprocess.run(
        [*bellwether, "doctor"], env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
