"""A waiver is on record with who answers for it, holds for its days, and for gates that may be waived alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from training.errors import InvalidWaiver
from training.judging.waivers import FILE, Waiver, read_waivers, withdraw_waiver, write_waiver

DAY = date(2026, 3, 1)
LEAVE = Waiver(
    gate="fairness", by="Ada", because="Checked with the works council.", until="2026-03-01"
)


def test_a_waiver_holds_up_to_its_last_day(tmp_path: Path) -> None:
    assert read_waivers(tmp_path, "acme", "credit", on=DAY) == {}
    write_waiver(LEAVE, tmp_path, "acme", "credit")
    assert read_waivers(tmp_path, "acme", "credit", on=DAY) == {"fairness": LEAVE}
    assert read_waivers(tmp_path, "acme", "credit", on=date(2026, 3, 2)) == {}
    assert read_waivers(tmp_path, "acme", "churn", on=DAY) == {}


def test_a_later_waiver_of_the_same_gate_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    other = Waiver(gate="calibration", by="Ada", because="Season.", until="2026-12-31")
    longer = Waiver(gate="fairness", by="Bo", because="Again.", until="2026-12-31")
    for waiver in (LEAVE, other, longer):
        write_waiver(waiver, tmp_path, "acme", "credit")
    found = read_waivers(tmp_path, "acme", "credit", on=DAY)
    assert found == {"fairness": longer, "calibration": other}


@pytest.mark.parametrize(
    ("waiver", "sentence"),
    [
        (
            Waiver(gate="parity", by="Ada", because="Hurry.", until="2026-12-31"),
            r"waiver must be of a gate that may be waived; got 'parity'\. Name one of",
        ),
        (
            Waiver(gate="fairness", by=" ", because="Hurry.", until="2026-12-31"),
            "waiver must say who answers for it and why; got nothing",
        ),
        (
            Waiver(gate="fairness", by="Ada", because="Hurry.", until="Christmas"),
            "waiver must say its last day; got 'Christmas'",
        ),
    ],
)
def test_a_waiver_that_nobody_may_give_is_refused(
    waiver: Waiver, sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(InvalidWaiver, match=sentence):
        write_waiver(waiver, tmp_path, "acme", "credit")


def test_a_waiver_that_is_withdrawn_is_off_the_record_and_others_stay(tmp_path: Path) -> None:
    other = Waiver(gate="calibration", by="Ada", because="Season.", until="2026-12-31")
    for waiver in (LEAVE, other):
        write_waiver(waiver, tmp_path, "acme", "credit")
    assert withdraw_waiver("fairness", tmp_path, "acme", "credit") == LEAVE
    assert read_waivers(tmp_path, "acme", "credit") == {"calibration": other}
    with pytest.raises(InvalidWaiver, match="must be on record; got none of 'fairness'"):
        withdraw_waiver("fairness", tmp_path, "acme", "credit")


@pytest.mark.parametrize("text", ["nonsense", "[]", '{"fairness": {"by": "Ada"}}'])
def test_a_damaged_record_is_named(text: str, tmp_path: Path) -> None:
    folder = tmp_path / "acme" / "credit"
    folder.mkdir(parents=True)
    (folder / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(InvalidWaiver, match=r"waivers\.json must be as it was written"):
        read_waivers(tmp_path, "acme", "credit", on=DAY)
