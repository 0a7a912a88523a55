"""The week of docs/your-own-shop.md, walked as it stands there: files, commands, what they print, what it comes to."""

from __future__ import annotations

import re
import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine
from tests.importing.shops import Shop, worth

from commerce.records import schema
from commerce.records.database import reading, writing
from commerce.records.stream import customer_rows
from commerce.records.tenants import find_tenant, observe
from workbench.cli import group

PAGE = Path(__file__).parents[3] / "docs" / "your-own-shop.md"
TEXT = PAGE.read_text(encoding="utf-8")
FILES = dict(re.findall(r"```csv (\S+)\n(.*?)```", TEXT, re.DOTALL))
COMMANDS = [
    (command, [line.strip() for line in shown.splitlines() if line.strip()])
    for block in re.findall(r"```\n(\$ .*?)```", TEXT, re.DOTALL)
    for command, shown in re.findall(r"\$ (bellwether [^\n]*)\n((?:(?!\$ )[^\n]*\n)*)", block)
]
"""Each command of the page, and the lines that it prints among others."""
KEPT = {
    order: (status, round(float(money) * 100))
    for order, status, money in re.findall(
        r"^\| (\d{4}) \| (\w+) \| ([\d.]+) \|$", TEXT, re.MULTILINE
    )
}


@pytest.fixture
def shop(any_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A home with the page's files in it, on SQLite and on PostgreSQL."""
    url = any_engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("BELLWETHER_HOME", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.chdir(tmp_path)
    for name, content in FILES.items():
        (tmp_path / name).write_text(content)
    return Shop(any_engine, tmp_path)


def run(command: str) -> str:
    return CliRunner().invoke(group, shlex.split(command)[1:]).output


def is_like(line: str, printed: str) -> bool:
    """Whether a line of the page is what was printed; at its end dots stand for the rest."""
    return printed == line or (line.endswith("...") and printed.startswith(line.rstrip(". ")))


def known(shop: Shop, name: str, cutoff: int) -> list[Any]:
    """All that is told of a customer as of an instant."""
    (customer,) = (row.id for row in shop.rows(schema.customer) if row.external_id == name)
    with reading(shop.engine) as connection:
        tenant = find_tenant(connection, "acme")
        return list(customer_rows(connection, tenant.id, customer, cutoff))


def test_the_week_of_the_page_comes_out_as_the_page_says(shop: Shop) -> None:
    assert len(COMMANDS) == 10
    cutoff = datetime(2024, 3, 6, tzinfo=UTC)
    micros = int(cutoff.timestamp()) * 1_000_000
    answered: list[Any] = []
    for place, (command, shown) in enumerate(COMMANDS):
        printed = [line.strip() for line in run(command).splitlines()]
        missing = [line for line in shown if not any(is_like(line, each) for each in printed)]
        assert not missing, "\n".join(printed)
        if place == 1:
            with writing(shop.engine) as connection:
                observe(connection, find_tenant(connection, "acme"), cutoff)
            answered = [known(shop, name, micros) for name in ("ann", "bob", "cid", "dee")]
        if command.startswith("bellwether import") and "must" not in "".join(printed):
            events = len(shop.events())
            run(command)
            assert len(shop.events()) == events
    assert worth(shop) == KEPT
    assert len(shop.rows(schema.orders)) == 7
    kinds = ("payment.captured", "payment.refunded")
    came, went = (sum(event.amount_minor for event in shop.events(kind)) for kind in kinds)
    assert came == 1200 + 2600 + 3500 + 2800 + 500 + 3500 + 1000
    assert came - went == sum(money for _, money in KEPT.values()) == shop.sales_account()
    assert answered == [known(shop, name, micros) for name in ("ann", "bob", "cid", "dee")]
    events = len(shop.events())
    for command, _ in COMMANDS[:7]:
        run(command)
    assert len(shop.events()) == events
    assert worth(shop) == KEPT
    assert shop.findings() == []
