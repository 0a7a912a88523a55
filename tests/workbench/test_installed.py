"""What `pip install` gives to somebody without the repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUILT_FROM = ("src", "notebooks", "requirements", "pyproject.toml", "bentofile.yaml")
DOCUMENTS = ("README.md", "LICENSE")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a copy, so that nothing is written into the checkout."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in (*BUILT_FROM, *DOCUMENTS):
        if (ROOT / name).is_dir():
            left_out = shutil.ignore_patterns("__pycache__", "*.egg-info")
            shutil.copytree(ROOT / name, source / name, ignore=left_out)
        else:
            shutil.copy(ROOT / name, source / name)
    command = [sys.executable, "-m", "uv", "build", "--wheel", "--quiet", "--out-dir", str(out)]
    subprocess.run([*command, str(source)], check=True, timeout=300)
    return next(out.glob("*.whl"))


@pytest.mark.slow
def test_a_wheel_brings_every_notebook_template_and_pin(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    for folder, pattern in (
        ("notebooks", "notebooks/**/*.ipynb"),
        ("", "requirements/*.txt"),
        ("", "src/workbench/runs/templates/**/*.*"),
    ):
        found = list(ROOT.glob(pattern))
        assert found, folder
        for path in found:
            inside = path.relative_to(ROOT).as_posix().removeprefix("src/")
            assert any(name.endswith(inside) for name in names), inside


@pytest.mark.slow
def test_an_installed_wheel_goes_the_whole_way_without_a_checkout(
    wheel: Path, tmp_path: Path
) -> None:
    # the libraries are those of this environment, the packages and the notebooks those of the wheel alone
    place, home = tmp_path / "venv", tmp_path / "home"
    home.mkdir()
    uv = [sys.executable, "-m", "uv"]
    subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, str(place)], check=True)
    python = place / "bin" / "python"
    install = [*uv, "pip", "install", "--quiet", "--no-deps", "--python", str(python), str(wheel)]
    subprocess.run(install, check=True, timeout=120)
    libraries = next(Path(entry) for entry in sys.path if entry.endswith("site-packages"))
    site = next(place.glob("lib/python*/site-packages"))
    for entry in libraries.iterdir():
        ours = "bellwether" in entry.name or (site / entry.name).exists()
        if not ours:
            (site / entry.name).symlink_to(entry)
    # the templates of nbconvert are data of its own installation
    (place / "share" / "jupyter").symlink_to(Path(sys.prefix) / "share" / "jupyter")
    environ = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    environ |= {"BELLWETHER_HOME": str(home)}
    environ.pop("DATABASE_URL", None)
    done = subprocess.run(
        [place / "bin" / "bellwether", "demo"],
        env=environ,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "built with demo.churn/1, demo.credit/1" in done.stdout
    executed = sorted(home.glob("data/runs/*/status.json"))
    assert len(executed) == 7
    assert str(ROOT) not in "".join(path.with_name("request.json").read_text() for path in executed)
