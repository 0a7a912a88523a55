"""Which package answers: the newest that is sound, without a restart."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.scoring.rankings import make_ranking
from tests.serving.shop import SHOP, make_package, make_stale

from scoring.errors import OtherKind
from scoring.published import publish
from serving.errors import ModelMissing
from serving.predict.packages import PackageShelf


def label(shelf: PackageShelf, tenant: str = "acme", model: str = "churn") -> str:
    """What answers now."""
    return shelf.current(tenant, model).package.label


def test_a_new_champion_answers_without_a_restart(packages: Path) -> None:
    shelf = PackageShelf([packages], SHOP)
    assert label(shelf) == "acme.churn/1"
    publish(make_package(version="2"), packages)
    assert label(shelf) == "acme.churn/2"
    assert label(shelf, model="credit") == "acme.credit/1"


def test_the_same_package_is_read_once(packages: Path) -> None:
    shelf = PackageShelf([packages], SHOP)
    assert shelf.current("acme", "churn") is shelf.current("acme", "churn")


def test_a_damaged_package_is_refused_and_the_one_before_goes_on(
    packages: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shelf = PackageShelf([packages], SHOP)
    assert label(shelf) == "acme.churn/1"
    folder = publish(make_package(version="2"), packages)
    (folder / "model.npz").write_bytes(b"half of it")
    assert label(shelf) == "acme.churn/1"
    assert label(shelf) == "acme.churn/1"
    refusals = [record for record in caplog.records if "refused" in record.getMessage()]
    assert len(refusals) == 1
    assert "acme.churn/1 goes on answering" in refusals[0].getMessage()


def test_a_package_on_features_declared_otherwise_is_refused(packages: Path) -> None:
    shelf = PackageShelf([packages], SHOP)
    assert label(shelf) == "acme.churn/1"
    publish(make_stale(make_package(version="2")), packages)
    assert label(shelf) == "acme.churn/1"
    publish(make_package(version="3"), packages)
    assert label(shelf) == "acme.churn/3"


def test_a_refused_package_with_none_before_says_why(tmp_path: Path) -> None:
    publish(make_stale(make_package()), tmp_path)
    with pytest.raises(ModelMissing, match=r"refused: package acme\.churn/1 must use features"):
        PackageShelf([tmp_path], SHOP).current("acme", "churn")


@pytest.mark.parametrize("pointer", ["", "{}", '{"version": "../../x"}', '{"version": "9"}', "[]"])
def test_a_pointer_to_nothing_is_refused(packages: Path, pointer: str) -> None:
    shelf = PackageShelf([packages], SHOP)
    assert label(shelf) == "acme.churn/1"
    (packages / "acme" / "churn" / "current.json").write_text(pointer)
    assert label(shelf) == "acme.churn/1"


def test_the_bentos_own_copy_answers_where_the_home_has_none(
    packages: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shelf = PackageShelf([home, packages], SHOP)
    assert label(shelf) == "acme.churn/1"
    publish(make_package(version="2"), home)
    assert label(shelf) == "acme.churn/2"
    shutil.rmtree(home)
    assert label(shelf) == "acme.churn/1"
    assert list(shelf.published()) == [("acme", "churn"), ("acme", "credit")]


def test_where_the_home_has_only_what_is_refused_the_bentos_own_copy_answers_and_it_is_said(
    packages: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    publish(make_stale(make_package(version="2")), home)
    shelf = PackageShelf([home, packages], SHOP)
    assert label(shelf) == "acme.churn/1"
    (said,) = shelf.stand_ins()
    assert said.startswith("acme.churn/1 answers meanwhile: package acme.churn/2 must use features")
    assert said.endswith(str(shelf.refusal("acme", "churn")))
    assert shelf.refusal("acme", "credit") is None
    assert shelf.refusal("acme", "weather") is None


def test_a_withdrawn_package_answers_no_more(packages: Path) -> None:
    shelf = PackageShelf([packages], SHOP)
    assert label(shelf) == "acme.churn/1"
    (packages / "acme" / "churn" / "current.json").unlink()
    with pytest.raises(ModelMissing, match="got none"):
        shelf.current("acme", "churn")


def test_an_older_version_is_found_by_its_label(packages: Path) -> None:
    publish(make_package(version="2"), packages)
    shelf = PackageShelf([packages], SHOP)
    assert shelf.stored("acme.churn/1").version == "1"
    with pytest.raises(ModelMissing):
        shelf.stored("acme.churn/9")


def test_after_a_restart_the_last_usable_package_answers_and_it_is_said(
    packages: Path, caplog: pytest.LogCaptureFixture
) -> None:
    publish(make_package(version="2"), packages)
    publish(make_stale(make_package(version="3")), packages)
    shelf = PackageShelf([packages], SHOP)
    assert label(shelf) == "acme.churn/2"
    assert "acme.churn/2 goes on answering" in caplog.text
    (said,) = shelf.stand_ins()
    assert said.startswith("acme.churn/2 answers meanwhile: package acme.churn/3 must use features")
    assert "bellwether run --tenant acme --models churn" in said


def test_a_package_answers_once_its_files_are_mended(packages: Path) -> None:
    whole = publish(make_package(version="2"), packages) / "model.npz"
    content = whole.read_bytes()
    whole.write_bytes(b"half of it")
    shelf = PackageShelf([packages], SHOP)
    assert label(shelf) == "acme.churn/1"
    whole.write_bytes(content)
    assert label(shelf) == "acme.churn/2"
    assert shelf.stand_ins() == []


def test_a_ranking_answers_as_what_it_is(packages: Path) -> None:
    publish(make_ranking(name="acme.recommendations"), packages)
    shelf = PackageShelf([packages], SHOP)
    assert shelf.ranking("acme", "recommendations").label == "acme.recommendations/1"
    assert shelf.answering("acme", "recommendations").label == "acme.recommendations/1"
    with pytest.raises(OtherKind, match="must answer with a probability"):
        shelf.current("acme", "recommendations")
    with pytest.raises(OtherKind, match="must answer with a list of products"):
        shelf.ranking("acme", "churn")
    assert "recommendations" not in shelf.models({"acme"})
