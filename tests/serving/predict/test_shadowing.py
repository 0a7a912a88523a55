"""A shadow is asked what its champion answered, once, and nobody is ever given what it says."""

from __future__ import annotations

import logging
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import structs
from sqlalchemy import Engine, update
from sqlalchemy.exc import DBAPIError
from tests.serving.predict.shadowed import BY_VALUES, Shadowed, make_shadow
from tests.serving.shop import LAST, NOW, customer_id, make_package, make_shop, place_order

from commerce.records.database import reading, writing
from commerce.records.removal import remove_tenant
from commerce.records.tenants import find_tenant
from scoring.decisions import decide
from scoring.published import make_current, publish
from scoring.shadows import stop_shadow
from serving.errors import ModelMissing
from serving.predict import scores, shadowing
from serving.predict.replay import replay
from serving.predict.shadow_comparisons import compare_shadow
from serving.predict.shadowing import UNREAD
from serving.predict.traffic import rerun
from serving.schema import TABLES, shadow_score

DAY = timedelta(days=1)
SRC = Path(__file__).parents[3] / "src"


@pytest.fixture
def shop(engine: Engine, packages: Path, tmp_path: Path) -> Shadowed:
    """A shop on SQLite."""
    make_shop(engine)
    return Shadowed(engine, packages, tmp_path)


@pytest.fixture
def any_shop(any_engine: Engine, packages: Path, tmp_path: Path) -> Shadowed:
    """The same on either database."""
    make_shop(any_engine)
    return Shadowed(any_engine, packages, tmp_path)


def test_a_shadow_says_to_the_bit_what_replayed_traffic_says(any_shop: Shadowed) -> None:
    candidate = any_shop.let()
    given = any_shop.ask()
    assert any_shop.load() == 4
    assert any_shop.states() == ["waiting"] * 4
    assert any_shop.settle() == 4
    assert any_shop.settle() == 0
    said = {row["request_id"]: row["answer"] for row in any_shop.rows()}
    for each in given:
        assert each.values is not None
        expected = structs.replace(decide(candidate, each.values), reasons=()).as_dict()
        assert said[each.request_id] == expected
    with reading(any_shop.engine) as connection:
        tenant = find_tenant(connection, "acme")
        again = rerun(
            connection, any_shop.shelf, tenant, candidate, since=NOW - DAY, until=NOW + DAY
        )
        found = compare_shadow(connection, tenant, candidate.label, since=None, until=NOW + DAY)
    assert (found.actions, found.shift, found.largest) == (
        again.actions,
        again.shift,
        again.largest,
    )
    assert (found.both, found.asked, found.answered_by) == (4, 4, again.answered_by)
    assert found.changed == again.changed > 0


def test_features_that_were_not_kept_are_computed_as_of_then(shop: Shadowed) -> None:
    candidate = shop.let()
    given = shop.ask()
    shop.load()
    shutil.rmtree(shop.packages / "acme" / "churn" / "1")
    with reading(shop.engine) as connection:
        tenant = find_tenant(connection, "acme")
    place_order(shop.engine, tenant, "17850", LAST + timedelta(hours=1))
    assert shop.settle() == 4
    by_request = {row["request_id"]: row for row in shop.rows()}
    for each in given[:3]:
        assert each.values is not None
        said = by_request[each.request_id]["answer"]
        assert said["probability"] == decide(candidate, each.values).probability
    unread = by_request[given[3].request_id]
    assert (unread["state"], unread["why"], unread["answer"]) == ("failed", UNREAD, None)


def test_nobody_is_given_what_a_shadow_says(shop: Shadowed) -> None:
    shop.let()
    given = shop.ask()
    shop.load()

    def told() -> list[object]:
        """What every reader of answers tells."""
        with reading(shop.engine) as connection:
            tenant_id, customer = find_tenant(connection, "acme").id, customer_id("acme", "17850")
            whose = (connection, tenant_id)
            return [
                scores.latest_score(*whose, customer, "churn"),
                scores.latest_scores(*whose, customer, NOW),
                list(scores.scores_between(*whose, "churn", since=NOW - DAY, until=NOW + DAY)),
                list(scores.kept_decisions(*whose, "churn", NOW + DAY)),
                scores.latest_bands(*whose, "churn", until=NOW),
                [replay(connection, shop.shelf, each.request_id) for each in given],
            ]

    before = told()
    assert shop.settle() == 4
    assert told() == before
    assert {each.package.label for each in given} == {"acme.churn/1"}
    assert shop.shelf.answering("acme", "churn").label == "acme.churn/1"
    with pytest.raises(ModelMissing):
        shop.shelf.stored("acme.churn/3")


def test_no_reader_of_answers_reads_the_table_of_shadows() -> None:
    naming = {
        path.relative_to(SRC).as_posix()
        for path in SRC.rglob("*.py")
        if re.search(r"\bshadow_score\b", path.read_text(encoding="utf-8"))
    }
    assert naming == {
        "serving/schema.py",
        "serving/migrations/versions/s001_score.py",
        "serving/migrations/versions/s006_shadows.py",
        "serving/predict/shadowing.py",
        "serving/predict/shadow_comparisons.py",
    }


def test_a_champion_that_was_the_shadow_is_not_asked_twice(shop: Shadowed) -> None:
    candidate = shop.let()
    shop.ask()
    publish(candidate, shop.packages)
    promoted = shop.ask()
    assert {each.package.label for each in promoted} == {candidate.label}
    make_current(shop.packages, "acme", "churn", "1")
    shop.ask()
    shop.load()
    assert shop.settle() == 8
    assert len(shop.rows()) == 8
    assert {each.request_id for each in promoted}.isdisjoint(
        row["request_id"] for row in shop.rows()
    )


def test_what_was_asked_before_it_shadowed_or_after_is_not_put_to_it(shop: Shadowed) -> None:
    shop.let(since=NOW + timedelta(seconds=1))
    shop.ask()
    shop.load()
    assert shop.rows() == []
    shop.let(since=NOW)
    shop.ask()
    shop.load()
    stop_shadow(shop.shadows, "acme", "churn")
    shop.ask()
    shop.load()
    assert shop.settle() == 4
    assert shop.states() == ["decided"] * 4


def test_a_damaged_shadow_fails_with_the_reason_and_the_champion_answers(
    shop: Shadowed, caplog: pytest.LogCaptureFixture
) -> None:
    candidate = shop.let()
    model = shop.shadows / "acme" / "churn" / "3" / "model.npz"
    model.write_bytes(model.read_bytes()[:-1])
    given = shop.ask()
    assert {each.package.label for each in given} == {"acme.churn/1"}
    shop.load()
    with caplog.at_level(logging.WARNING):
        assert shop.settle() == 4
    assert "shadow acme.churn/3 cannot be asked" in caplog.text
    assert {row["state"] for row in shop.rows()} == {"failed"}
    assert all("must be as it was written" in row["why"] for row in shop.rows())
    shop.let(candidate)
    shop.ask()
    shop.load()
    shop.settle()
    assert shop.states() == ["decided"] * 4 + ["failed"] * 4


def test_answers_are_loaded_where_nobody_can_say_who_shadows(shop: Shadowed) -> None:
    shop.let()
    (shop.shadows / "acme" / "churn" / "shadow.json").write_text("{")
    shop.ask()
    assert shop.load() == 4
    assert shop.rows() == []


def test_killed_in_between_each_is_asked_once(any_shop: Shadowed) -> None:
    any_shop.let()
    any_shop.ask()
    (segment,) = any_shop.log.glob("*.predictions")
    kept = segment.read_bytes()
    assert any_shop.load() == 4
    assert any_shop.settle(most=1) == 1
    segment.write_bytes(kept)  # as if it had not been put away yet
    assert any_shop.load() == 0
    assert any_shop.states() == ["decided", "waiting", "waiting", "waiting"]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: any_shop.settle(), range(3)))
    settled = any_shop.rows()
    assert any_shop.states() == ["decided"] * 4
    segment.write_bytes(kept)
    assert any_shop.load() == 0
    assert any_shop.settle() == 0
    assert any_shop.rows() == settled
    with (
        pytest.raises(DBAPIError, match="must wait to be settled"),
        writing(any_shop.engine) as connection,
    ):
        connection.execute(update(shadow_score).values(state="failed"))


def test_a_shadow_that_falls_behind_is_skipped_and_says_so(
    shop: Shadowed, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(shadowing, "MOST_WAITING", 3)
    shop.let()
    shop.ask()
    with caplog.at_level(logging.WARNING):
        assert shop.load() == 4
    assert "1 answers are not put to a shadow" in caplog.text
    assert shop.states() == ["skipped", "waiting", "waiting", "waiting"]
    assert shop.settle() == 3
    shop.ask()
    shop.load()
    assert shop.states() == ["decided"] * 3 + ["skipped"] * 2 + ["waiting"] * 3


def test_what_is_to_be_asked_of_another_machine_waits_for_it(shop: Shadowed) -> None:
    shop.let()
    shop.ask()
    shop.load()
    elsewhere = replace(shop, home=shop.home / "elsewhere")
    assert elsewhere.settle() == 0
    assert shop.settle() == 4


def test_what_shadows_said_goes_with_the_tenant_and_no_other(any_shop: Shadowed) -> None:
    make_shop(any_shop.engine, "other")
    publish(make_package(tenant="other"), any_shop.packages)
    any_shop.let()
    any_shop.let(replace(make_shadow(), name="other.churn"))
    any_shop.ask([BY_VALUES, replace(BY_VALUES, tenant="other")])
    any_shop.load()
    any_shop.settle()
    with reading(any_shop.engine) as connection:
        tenant = find_tenant(connection, "acme")
    assert len(any_shop.rows()) == 2
    remove_tenant(any_shop.engine, tenant, *TABLES)
    assert [row["model_version"] for row in any_shop.rows()] == ["other.churn/3"]
