"""Which version shadows a model, and that it lies where nothing that answers looks."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.serving.shop import make_package

from scoring.errors import PackageDamaged, PackageNotFound
from scoring.promotions import in_order_of_use
from scoring.published import current_version, publish, published_versions
from scoring.shadows import Shadow, current_shadow, let_shadow, read_shadow, stop_shadow

SINCE = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_one_version_shadows_at_a_time_until_it_is_stopped(tmp_path: Path) -> None:
    assert current_shadow(tmp_path, "acme", "churn") is None
    for version in ("2", "3"):
        made = let_shadow(make_package(version=version), tmp_path, since=SINCE, by="Ada")
        assert made == Shadow(version=version, since=SINCE, by="Ada")
        assert current_shadow(tmp_path, "acme", "churn") == made
    assert current_shadow(tmp_path, "acme", "credit") is None
    assert read_shadow(tmp_path, "acme.churn/3").label == "acme.churn/3"
    stop_shadow(tmp_path, "acme", "churn")
    stop_shadow(tmp_path, "acme", "churn")
    assert current_shadow(tmp_path, "acme", "churn") is None
    assert read_shadow(tmp_path, "acme.churn/2").label == "acme.churn/2"
    with pytest.raises(PackageNotFound):
        read_shadow(tmp_path, "acme.churn/9")


def test_a_shadow_is_no_version_that_could_stand_in_for_the_champion(tmp_path: Path) -> None:
    packages = tmp_path / "packages"
    publish(make_package(), packages)
    let_shadow(make_package(version="2"), tmp_path / "shadows", since=SINCE, by="Ada")
    assert current_version(packages, "acme", "churn") == "1"
    assert published_versions(packages, "acme", "churn") == ["1"]
    assert list(in_order_of_use(packages, "acme", "churn")) == ["1"]


@pytest.mark.parametrize(
    "written",
    [
        "",
        "[]",
        '{"version": "2"}',
        '{"version": "2", "since": "2026-03-01T12:00:00", "by": "Ada"}',
        '{"version": "../2", "since": "2026-03-01T12:00:00+00:00", "by": "Ada"}',
    ],
)
def test_a_file_that_names_no_shadow_is_refused(tmp_path: Path, written: str) -> None:
    let_shadow(make_package(version="2"), tmp_path, since=SINCE, by="Ada")
    (tmp_path / "acme" / "churn" / "shadow.json").write_text(written)
    with pytest.raises(PackageDamaged, match="must be as it was written"):
        current_shadow(tmp_path, "acme", "churn")
