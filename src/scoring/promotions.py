"""Who answered when: the history of a model's champions, append-only, and what answers where the newest cannot.

`<packages>/<tenant>/<model>/promotions.jsonl` gets a line for each version that became current: by whom, when and why.
A line that a kill cut short is passed over.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TypeVar

from scoring.any_package import AnyPackage
from scoring.errors import PackageDamaged, PackageNotFound, ScoringError
from scoring.files import read_any
from scoring.published import current_version, make_current, published_versions

T = TypeVar("T")

TRAINING = "training"
"""Who promotes a challenger that no gate refuses."""


@dataclass(frozen=True, kw_only=True)
class Promotion:
    """A version that became champion.

    Parameters
    ----------
    version : str
    before : str or None
        The champion it followed; None for the first.
    at : str
        When, an ISO instant.
    by : str
        "training", or the person who asked for it.
    why : str
        A sentence.
    """

    version: str
    before: str | None
    at: str
    by: str
    why: str


def promotions(packages: Path, tenant: str, model: str) -> list[Promotion]:
    """Read the history of a model's champions, the first one first."""
    path = _place(packages, tenant, model)
    if not path.is_file():
        return []
    names = {each.name for each in fields(Promotion)}
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            content = json.loads(line)
        except ValueError:
            continue
        if isinstance(content, dict) and content.keys() == names:
            found.append(Promotion(**content))
    return found


def record_promotion(promotion: Promotion, packages: Path, tenant: str, model: str) -> None:
    """Append a promotion; nothing where it is the last one already, however often it is recorded."""
    known = promotions(packages, tenant, model)
    if known and known[-1].version == promotion.version:
        return
    path = _place(packages, tenant, model)
    path.parent.mkdir(parents=True, exist_ok=True)
    cut_short = path.is_file() and not path.read_bytes().endswith(b"\n")
    line = json.dumps(asdict(promotion), ensure_ascii=False)
    with path.open("a", encoding="utf-8", newline="") as file:
        file.write(("\n" if cut_short and path.stat().st_size else "") + line + "\n")
        file.flush()
        os.fsync(file.fileno())


def promote(
    packages: Path, tenant: str, model: str, version: str, *, at: str, by: str, why: str
) -> Promotion:
    """Let a published version be champion, and record who asked for it.

    Raises
    ------
    PackageNotFound, PackageDamaged, InvalidPackage
        As `scoring.files.read_any`.
    """
    try:
        before = current_version(packages, tenant, model)
    except PackageDamaged:
        before = None
    make_current(packages, tenant, model, version)
    if before == version:
        known = promotions(packages, tenant, model)
        before = known[-1].version if known else None
    made = Promotion(version=version, before=before, at=at, by=by, why=why)
    record_promotion(made, packages, tenant, model)
    return made


def champion_before(packages: Path, tenant: str, model: str) -> str | None:
    """Give the version that was champion before the current one and still lies there; None without one.

    Who goes back twice goes back two champions: versions that were taken back are passed over.
    """
    line: list[str] = []
    for promotion in promotions(packages, tenant, model):
        if promotion.version in line:
            del line[line.index(promotion.version) :]
        line.append(promotion.version)
    present = set(published_versions(packages, tenant, model))
    now = current_version(packages, tenant, model)
    if now in line:
        line = line[: line.index(now)]
    return next((version for version in reversed(line) if version in present), None)


def taken_back(packages: Path, tenant: str, model: str) -> dict[str, Promotion]:
    """Give the versions that a person took back, by going back to a champion before them.

    One is no longer among them once it is promoted again, by whomever.

    Returns
    -------
    dict of str to Promotion
        By version, the promotion that took its place.
    """
    line: list[str] = []
    back: dict[str, Promotion] = {}
    for promotion in promotions(packages, tenant, model):
        back.pop(promotion.version, None)
        if promotion.version in line:
            place = line.index(promotion.version)
            if promotion.by != TRAINING:
                back |= dict.fromkeys(line[place + 1 :], promotion)
            del line[place:]
        line.append(promotion.version)
    return back


def in_order_of_use(packages: Path, tenant: str, model: str) -> Iterator[str]:
    """Go through the published versions of a model: the current one, then earlier champions, then the others.

    Each of them the newest first; what a person took back comes last.
    """
    seen: list[str | None] = []
    with suppress(PackageDamaged):
        seen.append(current_version(packages, tenant, model))
    back = taken_back(packages, tenant, model)
    earlier = [each.version for each in reversed(promotions(packages, tenant, model))]
    present = published_versions(packages, tenant, model)
    others = sorted([*earlier, *present], key=lambda version: version in back)
    for version in dict.fromkeys([*seen, *others]):
        if version in present:
            yield version


def usable(
    packages: Path, tenant: str, model: str, check: Callable[[AnyPackage], T]
) -> tuple[T, str]:
    """Give the package that answers: the current one, or where it cannot, the last usable one.

    Parameters
    ----------
    packages : Path
    tenant, model : str
    check : callable
        Gives what is made of a package, and raises a `ScoringError` for one that cannot be used here.

    Returns
    -------
    tuple of object and str
        What `check` made of it, with a sentence on the current one where another answers instead of it; empty
        otherwise.

    Raises
    ------
    PackageNotFound
        If nothing was published.
    ScoringError
        What is wrong with the current one, where no other can be used either.
    """
    refused: Exception | None = None
    try:
        if current_version(packages, tenant, model) is None:
            raise PackageNotFound(f"{tenant}.{model}", str(packages / tenant / model))
    except PackageDamaged as error:
        refused = error
    for version in in_order_of_use(packages, tenant, model):
        try:
            package = read_any(packages / tenant / model / version)
            made = check(package)
        except (ScoringError, OSError) as error:
            refused = refused or error
        else:
            note = f"{package.label} answers meanwhile, as {refused}" if refused else ""
            return made, note
    raise refused or PackageNotFound(f"{tenant}.{model}", str(packages / tenant / model))


def _place(packages: Path, tenant: str, model: str) -> Path:
    return packages / tenant / model / "promotions.jsonl"
