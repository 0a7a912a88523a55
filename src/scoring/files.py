"""The one writer and the one reader of packages, whatever their kind; `scoring.published` keeps versions side by side.

A kind is what a package answers with. It has a class, a module of `scoring.contents`, and a row here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from scoring.any_package import AnyPackage
from scoring.contents import binary, pipeline, ranking, segment, value
from scoring.errors import InvalidPackage, OtherKind
from scoring.lifetime_value import ValuePackage
from scoring.package import Package
from scoring.pipelines import PipelinePackage
from scoring.ranking import RankingPackage
from scoring.sealing import Arrays, seal, unseal
from scoring.segments import SegmentPackage

P = TypeVar("P", bound=AnyPackage)


@dataclass(frozen=True)
class Kind:
    """A kind of package.

    Parameters
    ----------
    form : type
        Its class.
    answer : str
        What it answers with, as a sentence says it.
    contents : callable
        Gives plain content and arrays of a package.
    read : callable
        Makes a package of them again.
    """

    form: type[AnyPackage]
    answer: str
    contents: Callable[[Any], tuple[dict[str, Any], dict[str, Any]]]
    read: Callable[[Mapping[str, Any], Arrays], AnyPackage]


_UNNAMED = "binary"
"""The kind of a package that names none: of all that were written before there were others, and of those still."""

KINDS: Mapping[str, Kind] = {
    _UNNAMED: Kind(Package, "a probability", binary.contents, binary.read),
    "ranking": Kind(RankingPackage, "a list of products", ranking.contents, ranking.read),
    "value": Kind(ValuePackage, "what customers will pay", value.contents, value.read),
    "segment": Kind(SegmentPackage, "segments of customers", segment.contents, segment.read),
    "pipeline": Kind(
        PipelinePackage, "a probability without reasons", pipeline.contents, pipeline.read
    ),
}
"""Every kind, by the name that `package.json` gives it."""


def kind_of(package: AnyPackage) -> str:
    """Name the kind of a package.

    Parameters
    ----------
    package : AnyPackage

    Returns
    -------
    str
        Of `KINDS`.
    """
    return next(name for name, kind in KINDS.items() if isinstance(package, kind.form))


def write_package(package: AnyPackage, folder: Path) -> None:
    """Write a package into a folder, which is made if need be.

    Parameters
    ----------
    package : AnyPackage
    folder : Path
        Gets `package.json` and `model.npz`; use `publish` to make both appear at once.
    """
    name = kind_of(package)
    content, arrays = KINDS[name].contents(package)
    seal(folder, content if name == _UNNAMED else {"kind": name, **content}, arrays)


def read_any(folder: Path) -> AnyPackage:
    """Read a package of whatever kind.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    AnyPackage
        Equal in every bit to what was written.

    Raises
    ------
    PackageNotFound
        "model ... must have a published package; got none in ...".
    PackageDamaged
        "... must be as it was written; got ...".
    InvalidPackage
        "package must be one of binary, ranking, value, segment, pipeline; got ...", or what its kind says.
    """
    content, arrays = unseal(folder)
    name = content.get("kind", _UNNAMED)
    if name not in KINDS:
        raise InvalidPackage(
            f"package must be one of {', '.join(KINDS)}; got {name!r}."
            " Read the package with the version that wrote it."
        )
    return KINDS[name].read(content, arrays)


def as_kind(package: AnyPackage, form: type[P]) -> P:
    """Give a package as what it is asked to be.

    Parameters
    ----------
    package : AnyPackage
    form : type
        The class of a kind.

    Returns
    -------
    AnyPackage
        The same, of that class.

    Raises
    ------
    OtherKind
        "package ... must answer with a probability; got one that answers with ...".
    """
    if isinstance(package, form):
        return package
    wanted = next(kind for kind in KINDS.values() if kind.form is form)
    raise OtherKind(package.label, wanted.answer, KINDS[kind_of(package)].answer)


def read_package(folder: Path) -> Package:
    """Read a binary package.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    Package
        Equal in every bit to what was written.

    Raises
    ------
    PackageNotFound, PackageDamaged, InvalidPackage
        As `read_any`.
    OtherKind
        "package ... must answer with a probability; got one that answers with ...".
    """
    return as_kind(read_any(folder), Package)
