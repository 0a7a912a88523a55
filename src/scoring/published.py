"""Where packages are published: a folder a version, and `current.json` beside them, which names the one in use.

A version's folder is complete or absent, and `current.json` names a complete one: both appear by renaming.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

from scoring.any_package import AnyPackage
from scoring.errors import PackageDamaged, PackageExists, PackageNotFound, ScoringError
from scoring.files import as_kind, read_any, write_package
from scoring.package import Package
from tabular.files import replace_text


def publish(package: AnyPackage, packages: Path) -> Path:
    """Publish a version and make it the current one.

    Writes `<packages>/<tenant>/<model>/<version>/`, then replaces `current.json` beside it; a reader sees
    the old version or the new one, never a part. Publishing the same content again changes nothing but makes
    it current.

    Parameters
    ----------
    package : AnyPackage
    packages : Path
        Where packages of all tenants lie.

    Returns
    -------
    Path
        The version's folder.

    Raises
    ------
    PackageExists
        If that version is already there with other content.
    """
    final = lay_down(package, packages)
    make_current(packages, package.tenant, package.model, package.version)
    return final


def lay_down(package: AnyPackage, packages: Path) -> Path:
    """Publish a version without making it the current one; the same content again changes nothing.

    One that was damaged since is laid aside as `.damaged-<version>`.

    Parameters
    ----------
    package : AnyPackage
    packages : Path
        Where packages of all tenants lie.

    Returns
    -------
    Path
        The version's folder.

    Raises
    ------
    PackageExists
        If that version is already there with other content.
    """
    home = packages / package.tenant / package.model
    home.mkdir(parents=True, exist_ok=True)
    final = home / package.version
    made = Path(tempfile.mkdtemp(prefix=".new-", dir=home))
    try:
        write_package(package, made)
        made.chmod(0o755)
        if final.is_dir() and not _is_sound(final):
            aside = home / f".damaged-{package.version}"
            shutil.rmtree(aside, ignore_errors=True)
            final.rename(aside)
        if final.is_dir():
            for name in ("package.json", "model.npz"):
                if (final / name).read_bytes() != (made / name).read_bytes():
                    raise PackageExists(package.label)
        else:
            made.rename(final)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return final


def _is_sound(folder: Path) -> bool:
    try:
        read_any(folder)
    except (ScoringError, OSError):
        return False
    return True


def make_current(packages: Path, tenant: str, model: str, version: str) -> None:
    """Let a version that is published already be the current one.

    Parameters
    ----------
    packages : Path
    tenant, model, version : str

    Raises
    ------
    PackageNotFound, PackageDamaged, InvalidPackage
        As `scoring.files.read_any`, of the version that was to answer.
    """
    home = packages / tenant / model
    read_any(home / version)
    replace_text(home / "current.json", json.dumps({"version": version}) + "\n")


def published_versions(packages: Path, tenant: str, model: str) -> list[str]:
    """List the versions of a model that are published, the newest first.

    Parameters
    ----------
    packages : Path
    tenant, model : str

    Returns
    -------
    list of str
        Empty where none is.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     for version in ("9", "10"):
    ...         (Path(folder) / "demo" / "churn" / version).mkdir(parents=True)
    ...         _ = (Path(folder) / "demo" / "churn" / version / "package.json").write_text("{}")
    ...     published_versions(Path(folder), "demo", "churn")
    ['10', '9']
    """
    names = {path.parent.name for path in (packages / tenant / model).glob("*/package.json")}
    visible = [name for name in names if not name.startswith(".")]
    return sorted(visible, key=lambda name: (name.zfill(12), name), reverse=True)


def current(packages: Path, tenant: str, model: str) -> Package:
    """Read the current package of a binary model.

    Parameters
    ----------
    packages : Path
    tenant : str
    model : str
        "churn".

    Returns
    -------
    Package

    Raises
    ------
    PackageNotFound
        "model 'demo.churn' must have a published package; got none in ...".
    PackageDamaged
        "... must be as it was written; got ...".
    OtherKind
        "package ... must answer with a probability; got one that answers with ...".
    """
    return as_kind(current_any(packages, tenant, model), Package)


def current_any(packages: Path, tenant: str, model: str) -> AnyPackage:
    """Read the current package of a model, of whatever kind; it raises as `current`, but for the kind."""
    version = current_version(packages, tenant, model)
    if version is None:
        raise PackageNotFound(f"{tenant}.{model}", str(packages / tenant / model))
    return read_any(packages / tenant / model / version)


def current_version(packages: Path, tenant: str, model: str) -> str | None:
    """Read which version is current, None where the model has none.

    Parameters
    ----------
    packages : Path
    tenant : str
    model : str
        "churn".

    Returns
    -------
    str or None

    Raises
    ------
    PackageDamaged
        If `current.json` does not name a version: "... must be as it was written; got ...".
    """
    path = packages / tenant / model / "current.json"
    if not path.is_file():
        return None
    try:
        version = json.loads(path.read_bytes())["version"]
    except (ValueError, KeyError, TypeError) as error:
        raise PackageDamaged(str(path), "no version in it") from error
    if not isinstance(version, str) or not version or "/" in version or version.startswith("."):
        raise PackageDamaged(str(path), f"version {version!r}")
    return version
