"""Which version shadows a model's champion: it is asked the same, and nobody is given what it says.

Shadows lie in a folder of their own, which no server answers from: `<shadows>/<tenant>/<model>/<version>/` is a copy of
the package, `shadow.json` beside it names the one that shadows now, and appears by renaming.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from scoring.any_package import read_label
from scoring.errors import PackageDamaged
from scoring.files import read_package
from scoring.package import Package
from scoring.published import lay_down
from tabular.files import replace_text


@dataclass(frozen=True, kw_only=True)
class Shadow:
    """A version that shadows.

    Parameters
    ----------
    version : str
    since : datetime
        Aware; it is asked what was asked from then on.
    by : str
        Who let it.
    """

    version: str
    since: datetime
    by: str


def let_shadow(package: Package, shadows: Path, *, since: datetime, by: str) -> Shadow:
    """Let a version shadow its model from an instant on, in the place of one that did.

    Parameters
    ----------
    package : Package
    shadows : Path
        Where the shadows of all tenants lie.
    since : datetime
        Aware.
    by : str

    Raises
    ------
    PackageExists
        If that version shadowed before, with other content.
    """
    made = Shadow(version=package.version, since=since, by=by)
    lay_down(package, shadows)
    written = json.dumps({**asdict(made), "since": since.isoformat()}, ensure_ascii=False)
    replace_text(_place(shadows, package.tenant, package.model), written + "\n")
    return made


def stop_shadow(shadows: Path, tenant: str, model: str) -> None:
    """Let no version shadow a model any more; its package stays, for what it was asked and has not answered yet."""
    _place(shadows, tenant, model).unlink(missing_ok=True)


def current_shadow(shadows: Path, tenant: str, model: str) -> Shadow | None:
    """Read which version shadows a model, None where none does.

    Raises
    ------
    PackageDamaged
        If `shadow.json` is not what was written: "... must be as it was written; got ...".
    """
    path = _place(shadows, tenant, model)
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return None
    try:
        content = json.loads(text)
        version, since = str(content["version"]), datetime.fromisoformat(content["since"])
        found = Shadow(version=version, since=since, by=str(content["by"]))
    except (ValueError, KeyError, TypeError) as error:
        raise PackageDamaged(str(path), "no version in it") from error
    if not version or "/" in version or version.startswith(".") or since.tzinfo is None:
        raise PackageDamaged(str(path), f"version {version!r} since {since}")
    return found


def read_shadow(shadows: Path, label: str) -> Package:
    """Read the package of a version that shadows, or did.

    Parameters
    ----------
    shadows : Path
    label : str
        `Package.label`.

    Raises
    ------
    PackageNotFound, PackageDamaged, InvalidPackage
        As `scoring.files.read_package`.
    """
    return read_package(shadows.joinpath(*read_label(label)))


def _place(shadows: Path, tenant: str, model: str) -> Path:
    return shadows / tenant / model / "shadow.json"
