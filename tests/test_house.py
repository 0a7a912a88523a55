"""What a visitor finds at the door: the first commands, the licence, pins that name no host."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PINS = sorted((ROOT / "requirements").glob("*.txt"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
OURS = {path.name for path in (ROOT / "src").iterdir() if path.is_dir()}
NAMED_OTHERWISE = {
    "great-expectations": "great_expectations",
    "interpret-core": "interpret",
    "pillow": "PIL",
    "prometheus-client": "prometheus_client",
    "pyjwt": "jwt",
    "scikit-learn": "sklearn",
    "charset-normalizer": "charset_normalizer",
    "argon2-cffi": "argon2",
}
"""Libraries that are imported by another name than they are installed by."""
ONLY_CALLED = {
    "tzdata": "zoneinfo finds its zones there where the system has none",
    "httptools": "uvicorn reads HTTP by it",
    "uvloop": "uvicorn's loop",
    "python-multipart": "FastAPI reads forms by it",
    "jupyterlab": "`make lab`",
    "fastapi-swagger": "the pages' scripts are among its files",
    "redis": "imported by its name where REDIS_URL is given",
    "openpyxl": "pandas writes .xlsx files by it",
}
"""Libraries that others import for us, and what for."""
COME_ALONG = {
    *("IPython", "jupyter_client", "nbclient", "nbformat", "traitlets"),
    *("anyio", "pydantic", "starlette", "uvicorn", "cattrs", "py4j", "sentry_sdk"),
}
"""Libraries that come along with those that are asked for, or are asked for by a setting."""
OPTIONAL = {"redis", "stripe", "sentry_sdk", "pyspark", "celery"}
"""Modules without which everything works but what they are for."""


def test_the_readme_opens_with_the_two_commands() -> None:
    first_screen = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:30]
    assert any(line.lstrip("$ ").startswith("make run") for line in first_screen)
    assert any(line.lstrip("$ ").startswith("make test") for line in first_screen)


@pytest.mark.parametrize("name", ["LICENSE", "CONTRIBUTING.md", "CHANGELOG.md", "README.md"])
def test_what_every_project_owes_its_visitors_is_there(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8").strip()


def test_the_licence_is_mit() -> None:
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")
    assert PROJECT["project"]["license"] == "MIT"


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


def imports(path: Path, *, first: bool = False) -> set[str]:
    """The modules a file imports, by their first name; ``first``: as soon as it is imported itself."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = tree.body if first else list(ast.walk(tree))
    return {
        name.partition(".")[0]
        for node in nodes
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
        )
        if not getattr(node, "level", 0)
    }


def asked_for(*extras: str) -> set[str]:
    """The names of the libraries that are installed, with these extras."""
    project = PROJECT["project"]
    groups = [project["dependencies"], *(project["optional-dependencies"][each] for each in extras)]
    return {re.split(r"[<>=;\[ ]", line)[0] for group in groups for line in group}


def test_every_library_that_is_installed_is_used_and_every_one_that_is_used_installed() -> None:
    sources = [*(ROOT / "src").rglob("*.py")]
    used = set[str]().union(*(imports(path) for path in sources))
    libraries = asked_for("client", "notebooks", "serving", "spark", "stripe", "redis") - {
        "bellwether"
    }
    modules = {NAMED_OTHERWISE.get(name, name): name for name in libraries}
    unused = {name for module, name in modules.items() if module not in used}
    assert unused == set(ONLY_CALLED)
    foreign = used - set(sys.stdlib_module_names) - OURS - {""}
    assert foreign - set(modules) <= COME_ALONG


def test_what_is_optional_is_imported_only_where_it_is_asked_for() -> None:
    at_home = {
        "commerce/payments/providers/stripe.py",
        "commerce/payments/providers/stripe_amounts.py",
    }
    eager = {
        path.relative_to(ROOT / "src").as_posix(): found
        for path in (ROOT / "src").rglob("*.py")
        if (found := imports(path, first=True) & OPTIONAL)
    }
    assert set(eager) <= at_home, eager
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(f".[{extra}]" in readme for extra in ("notebooks", "serving", "redis", "stripe"))
    assert "No Redis, broker or Celery is needed" in readme


def made_by(target: str) -> str:
    """What make would run."""
    return subprocess.run(
        ["make", "--dry-run", "--always-make", target],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    ).stdout


def test_make_test_checks_style_types_and_behaviour() -> None:
    printed = made_by("test")
    for part in ("ruff check .", "ruff format --check .", "mypy src tests", "lint-imports"):
        assert part in printed, part
    for part in ("-m pytest", "--nbval-lax"):
        assert part in printed, part
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


@pytest.mark.parametrize("target", ["coverage", "test-all"])
def test_what_the_tests_reach_is_measured_held_to_a_floor_and_written_as_pages(target: str) -> None:
    printed = made_by(target)
    assert "-m pytest" in printed
    assert "--cov --cov-report=term:skip-covered --cov-report=html" in printed
    assert PROJECT["tool"]["coverage"]["report"]["fail_under"] >= 95


@pytest.mark.slow
def test_the_commands_that_test_one_file_and_measure_one_room_work(tmp_path: Path) -> None:
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = guide.partition("## Tests")[2]
    assert "`make test`" in table
    commands = re.findall(r"`\.venv/bin/python (-m pytest (?:\S+\.py|--cov)[^`]*)`", table)
    assert len(commands) == 2
    environ = {**os.environ, "COVERAGE_FILE": str(tmp_path / "coverage")}
    for command in commands:
        ran = subprocess.run(
            [sys.executable, *command.split(), "-p", "no:cacheprovider"],
            cwd=ROOT,
            env=environ,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout
        assert " passed" in ran.stdout
    assert "TOTAL" in ran.stdout


def test_every_workflow_of_the_shop_is_met_by_a_test() -> None:
    met = set[str]()
    for path in (ROOT / "tests").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                met |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
            elif isinstance(node, ast.Import):
                met |= {each.name for each in node.names}
    commerce = ROOT / "src" / "commerce"
    workflows = {
        f"commerce.{path.stem}"
        for path in commerce.iterdir()
        if path.stem not in ("__init__", "__pycache__", "py")
    }
    assert len(workflows) > 15
    assert workflows <= {".".join(name.split(".")[:2]) for name in met}
