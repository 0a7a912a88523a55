"""Which package answers: looked up on every request, replaced without a restart.

Guarantees: a new champion answers the first request after its ``current.json`` appeared, or a moment later as a server
is set; where a package is damaged or was trained on features declared otherwise, it is refused, and the last usable
one answers meanwhile: the one before it, also after a restart. Once its files are mended, it answers without one.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from commerce.records.tenants import SLUG
from features.declaring.declaration import Catalogue
from scoring.any_package import AnyPackage, read_label
from scoring.errors import ScoringError
from scoring.files import P, as_kind, read_package
from scoring.lifetime_value import ValuePackage, check_inputs
from scoring.package import Package, check_outputs
from scoring.pipelines import PipelinePackage, check_libraries
from scoring.promotions import usable
from scoring.published import current_any
from scoring.ranking import RankingPackage
from serving.errors import ModelMissing
from serving.predict.package_files import Signature, files_of, signature_of
from serving.predict.rules import rules_of

logger = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Served:
    """A binary package, and the declarations of the features it reads in its order; none where it is one of a table."""

    package: Package
    outputs: Catalogue

    @cached_property
    def usual(self) -> Mapping[str, float | None]:
        """What is usual of each feature."""
        return {output.name: output.reference for output in self.package.outputs}


@dataclass(frozen=True, eq=False)
class _Ready:
    """A package that can answer; with the declarations of its features where it is binary."""

    package: AnyPackage
    served: Served | None = None


@dataclass(frozen=True, eq=False)
class _Slot:
    """What was found at one ``current.json``: what answers, and why the newest does not, if so."""

    signature: Signature | None = None
    ready: _Ready | None = None
    refused: str | None = None
    files: tuple[Signature | None, ...] = ()
    """Of the refused package: once they change, it is read again."""

    def holds(self, signature: Signature | None, path: Path) -> bool:
        """Whether it is still so, of the file as it looks now."""
        if self.signature != signature:
            return False
        return self.refused is None or self.files == files_of(path.parent)


def _pipeline(ready: _Ready) -> PipelinePackage | None:
    return ready.package if isinstance(ready.package, PipelinePackage) else None


class PackageShelf:
    """Folders of published packages.

    Parameters
    ----------
    folders : sequence of Path
        In order of preference: the home's, then the Bento's own copy.
    catalogue : Catalogue
    pause : float, default 0
        Seconds for which what was found to answer is not looked up again.
    elapsed : callable
        Gives seconds that never go back.
    """

    def __init__(
        self,
        folders: Sequence[Path],
        catalogue: Catalogue,
        *,
        pause: float = 0.0,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self.folders = tuple(folders)
        self.catalogue = catalogue
        self._slots: dict[Path, _Slot] = {}
        self._pause, self._elapsed = pause, elapsed
        self._recent: dict[tuple[str, str], tuple[float, _Ready]] = {}
        self._known: set[str] = set()
        self._loading = threading.Lock()

    def current(self, tenant: str, model: str) -> Served:
        """Give the binary package that answers now.

        Raises
        ------
        ModelMissing
            "model <tenant>.<model> must have a published package; got ..."
        OtherKind
            "package <tenant>.<model>/1 must answer with a probability; got one that answers with ..."
        """
        ready = self._ready(tenant, model)
        if ready.served is None:
            as_kind(ready.package, Package)
        assert ready.served is not None
        return ready.served

    def ranking(self, tenant: str, model: str) -> RankingPackage:
        """Give the ranking that answers now; it raises as `current` does."""
        return as_kind(self._ready(tenant, model).package, RankingPackage)

    def of_kind(self, form: type[P], tenant: str, model: str) -> P | None:
        """Give the package of a kind that answers now; None where there is none that can.

        Raises
        ------
        OtherKind
            If what the tenant published by that name answers with something else.
        """
        try:
            return as_kind(self._ready(tenant, model).package, form)
        except ModelMissing:
            return None

    def answering(self, tenant: str, model: str) -> AnyPackage:
        """Give the package that answers now, of whatever kind; it raises as `current` does, but for the kind."""
        return self._ready(tenant, model).package

    def _ready(self, tenant: str, model: str) -> _Ready:
        if not self._pause:
            return self._look_up(tenant, model)
        now, recent = self._elapsed(), self._recent.get((tenant, model))
        if recent is not None and now < recent[0]:
            return recent[1]
        found = self._look_up(tenant, model)
        self._recent[tenant, model] = now + self._pause, found
        return found

    def _look_up(self, tenant: str, model: str) -> _Ready:
        refused: str | None = None
        if SLUG.fullmatch(tenant) and SLUG.fullmatch(model):
            for folder in self.folders:
                slot = self._look(folder, tenant, model)
                if slot.ready is not None:
                    return slot.ready
                refused = refused or slot.refused
        raise ModelMissing(tenant, model, refused)

    def refusal(self, tenant: str, model: str) -> str | None:
        """Say why the newest package of a model cannot answer; None where it does, or where there is none."""
        for folder in self.folders:
            slot = self._look(folder, tenant, model)
            if slot.refused is not None or slot.ready is not None:
                return slot.refused
        return None

    def stand_ins(self) -> list[str]:
        """Say of every model whose newest package cannot answer, which one answers instead, and why."""
        said = []
        for tenant, model in self.published():
            refused = self.refusal(tenant, model)
            with suppress(ModelMissing):
                if refused is not None:
                    label = self.answering(tenant, model).label
                    said.append(f"{label} answers meanwhile: {refused}")
        return said

    def stored(self, label: str) -> Package:
        """Give a package by its label, current or not, even if its features are declared otherwise by now.

        Parameters
        ----------
        label : str
            `Package.label`.

        Raises
        ------
        ModelMissing
            If no folder has that version.
        PackageDamaged
            If its files were changed.
        """
        rules = rules_of(label, self.catalogue)
        if rules is not None:
            return rules
        parts = read_label(label)
        for folder in self.folders:
            place = folder.joinpath(*parts)
            if place.is_dir():
                return read_package(place)
        raise ModelMissing(parts.tenant, parts.model)

    def place(self, package: AnyPackage) -> Path | None:
        """Find the folder of a version; None where it was taken away."""
        places = (
            folder / package.tenant / package.model / package.version for folder in self.folders
        )
        return next((each for each in places if (each / "package.json").is_file()), None)

    def serve(self, package: Package) -> Served:
        """Give a package together with the declarations of its features.

        Raises
        ------
        PackageMismatch
            If it was trained on features declared otherwise.
        """
        check_outputs(package, self.catalogue)
        own = package.names if package.fields is None else ()
        return Served(package, self.catalogue.subset(own))

    def published(self) -> Iterator[tuple[str, str]]:
        """Walk over the tenants and models that have a package, usable or not."""
        seen: set[tuple[str, str]] = set()
        for folder in self.folders:
            for path in sorted(folder.glob("*/*/current.json")):
                pair = path.parent.parent.name, path.parent.name
                if pair not in seen:
                    seen.add(pair)
                    yield pair

    def models(self, tenants: Collection[str]) -> dict[str, Served]:
        """Give the binary models of some tenants by name in order, each with the first package that can answer.

        Parameters
        ----------
        tenants : collection of str
            Slugs; ``*`` among them stands for all.
        """
        return self._of(tenants, lambda ready: ready.served)

    def pipelines(self, tenants: Collection[str]) -> dict[str, PipelinePackage]:
        """Give the pipelines that are served as they are, as `models` gives the binary ones."""
        return self._of(tenants, _pipeline)

    def _of(self, tenants: Collection[str], pick: Callable[[_Ready], T | None]) -> dict[str, T]:
        """Give what is picked of the models of some tenants, the first of each name of which something is."""
        found: dict[str, T] = {}
        for tenant, model in self.published():
            if model not in found and (tenant in tenants or "*" in tenants):
                with suppress(ModelMissing):
                    picked = pick(self._ready(tenant, model))
                    if picked is not None:
                        found[model] = picked
        return dict(sorted(found.items()))

    def has_model(self, model: str) -> bool:
        """Whether any tenant has a package of that model, usable or not; true at once if one was ever read."""
        return model in self._known or any(model == known for _, known in self.published())

    def misspelt(self, tenant: str, model: str) -> bool:
        """Whether a name is no model's: it cannot be one, or the tenant has none such and it is close to one it has."""
        if not SLUG.fullmatch(model):
            return True
        known = {name for whose, name in self.published() if whose == tenant}
        return model not in known and bool(get_close_matches(model, known))

    def _look(self, folder: Path, tenant: str, model: str) -> _Slot:
        path = folder / tenant / model / "current.json"
        slot = self._slots.get(path)
        signature = signature_of(path)
        if slot is not None and slot.holds(signature, path):
            return slot
        with self._loading:
            slot = self._slots.get(path, _Slot())
            if not slot.holds(signature, path):
                slot = self._read(slot, signature, folder, tenant, model)
                self._slots[path] = slot
        return slot

    def _read(
        self, before: _Slot, signature: Signature | None, folder: Path, tenant: str, model: str
    ) -> _Slot:
        if signature is None:
            return _Slot()
        files = files_of(folder / tenant / model)
        try:
            ready = self._prepare(current_any(folder, tenant, model))
        except (ScoringError, OSError) as error:
            meanwhile = before.ready or self._meanwhile(folder, tenant, model)
            kept = "none" if meanwhile is None else meanwhile.package.label
            logger.warning("package refused, %s goes on answering: %s", kept, error)
            return _Slot(signature, meanwhile, str(error), files)
        self._known.add(model)
        logger.info("package %s answers from now on", ready.package.label)
        return _Slot(signature, ready)

    def _prepare(self, package: AnyPackage) -> _Ready:
        """Make ready what can be asked; it raises for what cannot."""
        if isinstance(package, ValuePackage):
            check_inputs(package, self.catalogue)
        if isinstance(package, PipelinePackage):
            check_libraries(package)
            package = replace(package, skops=b"")  # another process reads it, and asks it
        served = self.serve(package) if isinstance(package, Package) else None
        return _Ready(package, served)

    def _meanwhile(self, folder: Path, tenant: str, model: str) -> _Ready | None:
        """Find the last usable package, where the current one is not."""
        try:
            ready, _ = usable(folder, tenant, model, self._prepare)
        except (ScoringError, OSError):
            return None
        self._known.add(model)
        return ready
