"""What a visitor finds at the door: the first commands, the licence, pins that name no host."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PINS = sorted((ROOT / "requirements").glob("*.txt"))


def test_the_readme_opens_with_the_two_commands() -> None:
    first_screen = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:30]
    assert any(line.lstrip("$ ").startswith("make run") for line in first_screen)
    assert any(line.lstrip("$ ").startswith("make test") for line in first_screen)


@pytest.mark.parametrize("name", ["LICENSE", "CONTRIBUTING.md", "CHANGELOG.md", "README.md"])
def test_what_every_project_owes_its_visitors_is_there(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8").strip()


def test_the_licence_is_mit() -> None:
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["license"] == "MIT"


@pytest.mark.parametrize("path", PINS, ids=lambda path: path.name)
def test_every_pin_is_exact_and_names_no_host(path: Path) -> None:
    lines = [
        line
        for line in path.read_text(encoding="utf-8").splitlines()
        if line and not line.lstrip().startswith("#")
    ]
    assert lines
    for line in lines:
        assert re.match(r"^[a-z0-9._\[\],-]+==\S+", line), line
        assert "://" not in line, line
        assert "--" not in line, line


def test_the_service_installs_no_pandas_scikit_learn_or_mlflow() -> None:
    pins = (ROOT / "requirements" / "serving.txt").read_text(encoding="utf-8")
    assert not re.search(r"^(pandas|scikit-learn|mlflow)==", pins, re.MULTILINE)


def test_every_link_between_documents_leads_somewhere() -> None:
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "data" / "README.md"]
    for document in documents:
        for target in re.findall(
            r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8")
        ):
            assert (document.parent / target).exists(), f"{document.name} points to {target}"
