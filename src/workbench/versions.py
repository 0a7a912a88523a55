"""Versions of the features: the code's own, those that tables and models were made with, those of the past."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from features.comparing import changes
from features.comparing.changes import Version, declarations
from tabular.errors import did_you_mean
from workbench.errors import PlanError
from workbench.runs.files import read_json
from workbench.settings import Settings

CODE = "code"
"""What the version of the code at hand is called."""

GIT = "git:"
"""What the name of a git revision may begin with, to be taken for nothing else."""

_READ = """
import importlib.util, json, sys
sys.path.insert(0, sys.argv[2])
from features.catalogue import CATALOGUE
spec = importlib.util.spec_from_file_location("changes", sys.argv[1])
changes = sys.modules["changes"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(changes)
print(json.dumps(changes.declarations(CATALOGUE)))
"""
"""Writes the catalogue of another checkout down, with the writer of this one."""


@dataclass(frozen=True, kw_only=True)
class Model:
    """A model version on disk, as far as its features go."""

    label: str
    """Such as "demo.churn/1"."""
    champion: bool
    version: Version

    @property
    def tenant(self) -> str:
        """Whose model it is."""
        return self.label.partition(".")[0]


def models(packages: Path) -> Iterator[Model]:
    """Read which features every published model uses; what is no package is passed over."""
    for path in sorted(packages.glob("*/*/*/package.json")):
        content = (read_json(path) or {}).get("content", {})
        if "outputs" not in content:
            continue
        current = (read_json(path.parent.parent / "current.json") or {}).get("version")
        label = f"{content['name']}/{content['version']}"
        kept = content["card"].get("declarations", {})
        outputs = {
            each["name"]: {**kept.get(each["name"], {}), "hash": each["hash"]}
            for each in content["outputs"]
        }
        yield Model(
            label=label,
            champion=current == content["version"],
            version=Version(name=label, outputs=outputs, whole=False),
        )


def tables(features: Path) -> Iterator[Version]:
    """Give what the feature table of each tenant built last was declared as."""
    for shop in sorted(features.glob("*/")):
        table = _latest_table(shop)
        if table is not None:
            yield _table_version(table, f"table of {shop.name}")


def code_version() -> Version:
    """Give the catalogue of the code at hand."""
    from features.catalogue import CATALOGUE

    return Version(name=CODE, outputs=declarations(CATALOGUE))


def find_version(settings: Settings, text: str) -> Version:
    """Find a version by what a person calls it.

    Parameters
    ----------
    text : str
        ``code``; a model (``demo.churn``: its champion, ``demo.churn/1``); a tenant (its feature table built
        last) or the folder or file of a table; a git revision (``HEAD~1``, ``git:demo``).

    Raises
    ------
    PlanError
        "version must be code, a model, a feature table or a git revision; got ..."
    """
    if text == CODE:
        return code_version()
    known = list(models(settings.packages))
    for model in known:
        if text == model.label or (model.champion and text == model.label.partition("/")[0]):
            return model.version
    table = _latest_table(settings.features / text)
    if table is None and Path(text).exists():
        table = Path(text)
    if table is not None:
        return _table_version(table, text)
    if settings.project is not None and (settings.project / ".git").exists():
        found = _git_version(settings.project, text.removeprefix(GIT))
        if found is not None:
            return found
    names = [CODE, *(model.label for model in known)]
    raise PlanError(
        f"version must be code, a model, a feature table or a git revision; got {text!r}."
        f" {did_you_mean(text, names)}"
    )


def revision(project: Path | None) -> str:
    """Give git's hash of the commit a project stands on; empty where there is no git, or no commit."""
    git = shutil.which("git")
    if git is None or project is None or not (project / ".git").exists():
        return ""
    done = _call([git, "-C", str(project), "rev-parse", "--verify", "HEAD"])
    return "" if done.returncode else done.stdout.decode().strip()


def _latest_table(folder: Path) -> Path | None:
    """Give the folder of a tenant's features that was written to last."""
    tables = list(folder.glob("*/*.parquet")) if folder.is_dir() else []
    return max(tables, key=lambda path: path.stat().st_mtime_ns).parent if tables else None


def _table_version(place: Path, name: str) -> Version:
    """Read what a table was made with: whole where its catalogue lies beside it, else hashes."""
    from features.frames import DECLARED, stored_hashes

    folder = place if place.is_dir() else place.parent
    declared = read_json(folder / DECLARED)
    if declared is not None:
        return Version(name=name, outputs=declared["outputs"])
    files = sorted(folder.glob("*.parquet")) if place.is_dir() else [place]
    hashes = stored_hashes(files[-1]) if files else None
    if hashes is None:
        raise PlanError(
            f"feature table must say what it was made with; got {str(place)!r}."
            " Name a folder that `bellwether run` wrote below data/features."
        )
    return Version(name=name, outputs={each: {"hash": known} for each, known in hashes.items()})


def _git_version(project: Path, revision: str) -> Version | None:
    """Compile the catalogue of a revision, apart from the code at hand; None where there is none such."""
    git = shutil.which("git")
    if git is None:
        return None
    done = _call([git, "-C", str(project), "archive", "--", f"{revision}^{{commit}}", "src"])
    if done.returncode:
        return None
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
            archive.extractall(folder, filter="data")
        read = _call([sys.executable, "-c", _READ, changes.__file__, str(Path(folder) / "src")])
        if read.returncode:
            why = (read.stderr.decode(errors="replace").strip().splitlines() or ["no reason"])[-1]
            raise PlanError(
                f"catalogue of {revision} must compile; got {why}. Choose a later revision."
            )
        return Version(name=revision, outputs=json.loads(read.stdout))


def _call(command: list[str]) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - made here
