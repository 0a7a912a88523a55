"""Customers of a bank that never was: the same for the same seed, and not all of it can be told."""

from __future__ import annotations

import csv
from pathlib import Path

from simulation.bank import BankCustomer, bank_customers, write_bank_table


def test_the_same_seed_gives_the_same_customers_however_many_are_asked_for() -> None:
    few, many = list(bank_customers(5)), list(bank_customers(50))
    assert many[:5] == few
    assert list(bank_customers(5, seed=8)) != few


def test_those_who_are_idle_older_and_in_germany_leave_more_often() -> None:
    rows = list(bank_customers(5_000))

    def share(chosen: list[BankCustomer]) -> float:
        return sum(row.exited for row in chosen) / len(chosen)

    assert 0.15 < share(rows) < 0.27
    for higher in (
        lambda row: not row.is_active_member,
        lambda row: row.age > 45,
        lambda row: row.geography == "Germany",
    ):
        one, other = ([row for row in rows if higher(row) is side] for side in (True, False))
        assert share(one) > share(other) + 0.05


def test_the_table_is_written_with_a_header_and_replaces_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "raw" / "bank.csv"
    for _ in range(2):
        assert write_bank_table(path, 20) == path
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == BankCustomer._fields
    assert [int(row["age"]) for row in rows] == [row.age for row in bank_customers(20)]
