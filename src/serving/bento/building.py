"""The Bento is built from the sources and the packages in use, and only when one of them changed.

Its version is the hash of what goes into it: the same inputs give the same tag, and a build that exists is
not built again. A build happens in a scratch store and is renamed into place with a list of what it holds, so a
kill at any moment leaves nothing that passes for a Bento. Everything lies under ``data/bentoml`` of the home,
nothing in the user's own ``~/bentoml``.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from filelock import FileLock

from serving.errors import BuildFailed
from serving.settings import PACKAGES
from tabular.files import replace_text

BENTO = "bellwether"
BENTO_STORE = Path("data") / "bentoml"
"""Under a home: what ``BENTOML_HOME`` must name to serve ``bellwether:latest``."""

_ROOMS = ("analytics", "commerce", "features", "scoring", "serving", "tabular")
_FILES = ("bentofile.yaml", "requirements/serving.txt")
_LEFT_OUT = {"__pycache__", "migrations"}
_FORMAT = b"1"
_CONTENTS = ".contents.json"
"""Inside a Bento, written last: each of its files and how many bytes it has."""
_SCRATCH = "scratch-"
_OURS = re.compile(r"[0-9a-f]{16}")
_KEPT = 3
"""Bentos that stay, the one in use among them: a server may still run from an older one."""


@dataclass(frozen=True, kw_only=True)
class BuiltBento:
    """A Bento on disk."""

    tag: str
    """``bellwether:<hash of its inputs>``."""
    path: Path
    """Its folder, which ``bentoml serve`` also takes."""
    store: Path
    """The ``BENTOML_HOME`` it lies in, where it is ``bellwether:latest``."""
    built: bool
    """False where it was up to date."""
    packages: tuple[str, ...]
    """`Package.label` of each package it carries."""


def build_bento(project: Path, home: Path, environ: Mapping[str, str]) -> BuiltBento:
    """Build the Bento, unless one with the same inputs is there.

    Parameters
    ----------
    project : Path
        Holds ``bentofile.yaml`` and ``requirements/serving.txt``, and in a checkout ``src``; elsewhere the
        packages are taken from where they are installed.
    home : Path
        Holds ``data/packages``, whose current packages the Bento carries, and gets ``data/bentoml``.
    environ : mapping of str to str
        Environment of the build; paths and BentoML's own variables in it are replaced.

    Returns
    -------
    BuiltBento
        Safe to repeat: the second call builds nothing. Safe to kill: what is left half is built anew. Of
        Bentos built so, the three used last stay.

    Raises
    ------
    BuildFailed
        "Bento must be built from a checkout; ...", or with BentoML's own last lines.
    """
    for name in _FILES:
        if not (project / name).is_file():
            raise BuildFailed(
                f"Bento must be built from a checkout; got no {name} in {project}."
                " Run from inside the project."
            )
    store = (home / BENTO_STORE).resolve()
    inputs = dict(_sources(project)) | dict(_packages(home))
    labels = tuple(sorted(_labels(inputs)))
    tag_version = _digest(inputs)
    shelf = store / "bentos" / BENTO
    path = shelf / tag_version
    shelf.mkdir(parents=True, exist_ok=True)
    with _alone(store):
        built = not _is_whole(path)
        if built:
            _build(inputs, path, store, environ)
        os.utime(path)
        _make_latest(shelf, tag_version)
        _prune(shelf, store)
    return BuiltBento(
        tag=f"{BENTO}:{tag_version}", path=path, store=store, built=built, packages=labels
    )


def _sources(project: Path) -> Iterator[tuple[str, Path]]:
    for name in _FILES:
        yield name, project / name
    sources = project / "src"
    if not sources.is_dir():
        sources = Path(__file__).resolve().parents[2]
    for room in _ROOMS:
        for path in sorted((sources / room).rglob("*")):
            if path.is_file() and not _LEFT_OUT & set(path.relative_to(sources).parts):
                yield f"src/{path.relative_to(sources).as_posix()}", path


def _packages(home: Path) -> Iterator[tuple[str, Path]]:
    """Walk over the files of every current package; older versions stay at home."""
    root = home / PACKAGES
    for pointer in sorted(root.glob("*/*/current.json")):
        current = pointer.parent / str(json.loads(pointer.read_bytes())["version"])
        for path in (pointer, *sorted(current.glob("*"))):
            yield (PACKAGES / path.relative_to(root)).as_posix(), path


def _labels(inputs: Mapping[str, Path]) -> Iterator[str]:
    for path in inputs.values():
        if path.name == "package.json":
            tenant, model, number = path.parent.parts[-3:]
            yield f"{tenant}.{model}/{number}"


def _digest(inputs: Mapping[str, Path]) -> str:
    found = hashlib.sha256(_FORMAT + version("bentoml").encode())
    for name in sorted(inputs):
        content = inputs[name].read_bytes()
        found.update(f"{name}\0{len(content)}\0".encode())
        found.update(content)
    return found.hexdigest()[:16]


@contextmanager
def _alone(store: Path) -> Iterator[None]:
    """Hold the store, and clear what a killed build left unfinished."""
    with FileLock(store / ".lock"):
        for left in store.glob(f"{_SCRATCH}*"):
            shutil.rmtree(left)
        yield


def _is_whole(path: Path) -> bool:
    """Whether a Bento has every file it was built with."""
    try:
        contents = json.loads((path / _CONTENTS).read_bytes())
        return all((path / name).stat().st_size == size for name, size in contents.items())
    except (FileNotFoundError, NotADirectoryError, json.JSONDecodeError):
        return False


def _build(inputs: Mapping[str, Path], path: Path, store: Path, environ: Mapping[str, str]) -> None:
    with tempfile.TemporaryDirectory(prefix=_SCRATCH, dir=store) as folder:
        project, scratch = Path(folder) / "project", Path(folder) / "store"
        for name, source in inputs.items():
            place = project / name
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, place)
        scratch.mkdir()
        done = subprocess.run(  # noqa: S603 - a fixed command and a hash
            [sys.executable, "-m", "bentoml", "build", "--version", path.name, "."],
            cwd=project,
            env=bento_environment(scratch, environ) | {"PYTHONPATH": str(project / "src")},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            lines = (done.stdout + done.stderr).strip().splitlines()
            raise BuildFailed(
                f"BentoML must build {BENTO}:{path.name}; got exit code {done.returncode}:"
                f" {' / '.join(lines[-3:])}. Correct the cause and build again."
            )
        made = scratch / "bentos" / BENTO / path.name
        contents = {
            file.relative_to(made).as_posix(): file.stat().st_size
            for file in sorted(made.rglob("*"))
            if file.is_file()
        }
        (made / _CONTENTS).write_text(json.dumps(contents), encoding="utf-8")
        _put_away(path, store)
        made.rename(path)


def _prune(shelf: Path, store: Path) -> None:
    """Remove the Bentos built here that were used longest ago; those built by hand stay."""
    ours = [place for place in shelf.iterdir() if place.is_dir() and _OURS.fullmatch(place.name)]
    ours.sort(key=lambda place: place.stat().st_mtime_ns, reverse=True)
    for place in ours[_KEPT:]:
        _put_away(place, store)


def _put_away(path: Path, store: Path) -> None:
    """Remove a folder in one step, as far as anybody can see."""
    if path.exists():
        aside = store / f"{_SCRATCH}{path.name}"
        path.rename(aside)
        shutil.rmtree(aside)


def bento_environment(store: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Give the environment in which ``bentoml`` keeps to a home: no tracking, no uv, its own store."""
    return {
        **{key: value for key, value in environ.items() if key != "PYTHONPATH"},
        "BENTOML_HOME": str(store),
        "BENTOML_DO_NOT_TRACK": "True",
        "BENTOML_ENABLE_FEATURES": "no_image",
    }


def _make_latest(shelf: Path, tag_version: str) -> None:
    """Point ``bellwether:latest`` at a build, in one step."""
    pointer = shelf / "latest"
    if pointer.is_file() and pointer.read_text(encoding="utf-8") == tag_version:
        return
    replace_text(pointer, tag_version)
