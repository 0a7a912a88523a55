"""Who answered when, what answers where the newest cannot, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from scoring.any_package import AnyPackage
from scoring.errors import PackageDamaged, PackageNotFound
from scoring.package import Package
from scoring.promotions import (
    TRAINING,
    champion_before,
    in_order_of_use,
    promote,
    promotions,
    record_promotion,
    taken_back,
    usable,
)
from scoring.published import current_version, lay_down, published_versions

MakePackage = Callable[..., Package]


def champion(packages: Path, package: Package, version: str, by: str = "Ada") -> None:
    lay_down(replace(package, version=version), packages)
    promote(packages, "demo", "churn", version, at="2026-01-01", by=by, why="it is better")


def anything(package: AnyPackage) -> AnyPackage:
    """Any package will do."""
    return package


def test_every_promotion_is_a_line_that_says_who_when_and_why(
    make_package: MakePackage, tmp_path: Path
) -> None:
    package = make_package()
    champion(tmp_path, package, "1")
    champion(tmp_path, package, "2")
    first, second = promotions(tmp_path, "demo", "churn")
    assert (first.version, first.before) == ("1", None)
    assert (second.version, second.before, second.by) == ("2", "1", "Ada")
    record_promotion(second, tmp_path, "demo", "churn")
    assert len(promotions(tmp_path, "demo", "churn")) == 2


def test_a_line_cut_short_by_a_kill_is_passed_over_and_the_next_one_is_whole(
    make_package: MakePackage, tmp_path: Path
) -> None:
    package = make_package()
    champion(tmp_path, package, "1")
    with (tmp_path / "demo" / "churn" / "promotions.jsonl").open("a") as file:
        file.write('{"version": "2", "be')
    champion(tmp_path, package, "2")
    assert [each.version for each in promotions(tmp_path, "demo", "churn")] == ["1", "2"]


def test_going_back_twice_goes_back_two_champions(
    make_package: MakePackage, tmp_path: Path
) -> None:
    package = make_package()
    for version in ("1", "2", "3"):
        champion(tmp_path, package, version)
    for expected in ("2", "1"):
        before = champion_before(tmp_path, "demo", "churn")
        assert before == expected
        champion(tmp_path, package, expected)
    assert champion_before(tmp_path, "demo", "churn") is None
    assert published_versions(tmp_path, "demo", "churn") == ["3", "2", "1"]


def test_what_a_person_goes_back_over_is_taken_back_until_it_is_promoted_again(
    make_package: MakePackage, tmp_path: Path
) -> None:
    package = make_package()
    for version in ("1", "2", "3"):
        champion(tmp_path, package, version, TRAINING)
    assert taken_back(tmp_path, "demo", "churn") == {}
    champion(tmp_path, package, "1")
    found = taken_back(tmp_path, "demo", "churn")
    assert list(found) == ["2", "3"]
    assert (found["3"].version, found["3"].by) == ("1", "Ada")
    assert list(in_order_of_use(tmp_path, "demo", "churn")) == ["1", "3", "2"]
    champion(tmp_path, package, "4", TRAINING)
    assert list(taken_back(tmp_path, "demo", "churn")) == ["2", "3"]
    assert list(in_order_of_use(tmp_path, "demo", "churn")) == ["4", "1", "3", "2"]
    champion(tmp_path, package, "3")
    assert list(taken_back(tmp_path, "demo", "churn")) == ["2"]


def test_a_training_that_renews_an_earlier_champion_takes_nothing_back(
    make_package: MakePackage, tmp_path: Path
) -> None:
    package = make_package()
    for version in ("1", "2", "1"):
        champion(tmp_path, package, version, TRAINING)
    assert taken_back(tmp_path, "demo", "churn") == {}


def test_where_the_champion_is_damaged_the_one_before_answers_and_it_is_said(
    make_package: MakePackage, tmp_path: Path
) -> None:
    package = make_package()
    with pytest.raises(PackageNotFound):
        usable(tmp_path, "demo", "churn", anything)
    for version in ("3", "1", "2"):
        champion(tmp_path, package, version)
    assert usable(tmp_path, "demo", "churn", anything)[1] == ""
    (tmp_path / "demo" / "churn" / "2" / "model.npz").write_bytes(b"half of it")
    found, note = usable(tmp_path, "demo", "churn", anything)
    assert found.version == "1"
    assert note.startswith("demo.churn/1 answers meanwhile, as ")
    assert current_version(tmp_path, "demo", "churn") == "2"
    for version in ("1", "3"):
        (tmp_path / "demo" / "churn" / version / "model.npz").unlink()
    with pytest.raises(PackageDamaged, match=r"2/model\.npz"):
        usable(tmp_path, "demo", "churn", anything)


def test_a_damaged_version_is_healed_by_publishing_it_again(
    make_package: MakePackage, tmp_path: Path
) -> None:
    package = make_package()
    champion(tmp_path, package, "1")
    (tmp_path / "demo" / "churn" / "1" / "package.json").write_text("{}")
    champion(tmp_path, package, "1")
    assert usable(tmp_path, "demo", "churn", anything)[1] == ""
    assert (tmp_path / "demo" / "churn" / ".damaged-1").is_dir()
