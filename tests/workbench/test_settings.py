from __future__ import annotations

from pathlib import Path

import pytest

from workbench.errors import SettingsError
from workbench.settings import Settings


def test_a_named_home_wins_over_the_project_around(tmp_path: Path) -> None:
    settings = Settings.from_env({"BELLWETHER_HOME": str(tmp_path)}, Path(__file__).parent)
    assert settings.home == tmp_path
    assert settings.database_url == f"sqlite:///{tmp_path}/data/records.db"


def test_the_nearest_project_above_is_the_home(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "bellwether"\n')
    below = tmp_path / "notebooks" / "explore"
    below.mkdir(parents=True)
    settings = Settings.from_env({}, below)
    assert settings.home == tmp_path
    assert settings.notebooks == tmp_path / "notebooks"


def test_another_project_above_is_no_home(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "other"\n')
    with pytest.raises(SettingsError, match="home must be known; got no BELLWETHER_HOME"):
        Settings.from_env({}, tmp_path)


def test_a_home_that_is_not_there_is_made_where_its_folder_is(tmp_path: Path) -> None:
    assert Settings.from_env({"BELLWETHER_HOME": str(tmp_path / "new")}).home == tmp_path / "new"
    assert (tmp_path / "new").is_dir()
    (tmp_path / "file").touch()
    for name in ("gone/deeper", "file"):
        with pytest.raises(SettingsError, match="BELLWETHER_HOME must be a folder"):
            Settings.from_env({"BELLWETHER_HOME": str(tmp_path / name)})
    assert not (tmp_path / "gone").exists()


def test_a_relative_database_is_taken_from_the_home(tmp_path: Path) -> None:
    environ = {"BELLWETHER_HOME": str(tmp_path), "DATABASE_URL": "sqlite:///shop.db"}
    assert Settings.from_env(environ).database_url == f"sqlite:///{tmp_path}/shop.db"


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "records.db"])
def test_a_database_that_dies_with_the_process_is_refused(tmp_path: Path, url: str) -> None:
    environ = {"BELLWETHER_HOME": str(tmp_path), "DATABASE_URL": url}
    with pytest.raises(SettingsError, match="DATABASE_URL must name a record store"):
        Settings.from_env(environ)


def test_a_home_elsewhere_takes_its_notebooks_from_the_checkout(tmp_path: Path) -> None:
    settings = Settings.from_env({"BELLWETHER_HOME": str(tmp_path)})
    assert (settings.notebooks.parent / "pyproject.toml").is_file()
