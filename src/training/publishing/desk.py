"""One model's registry and its published packages, kept one: who is champion in both, since when and why.

The published package says which version answers; MLflow's alias follows it, and whoever moved that by hand is told.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from scoring.any_package import AnyPackage
from scoring.errors import PackageDamaged, ScoringError
from scoring.files import read_any, read_package, write_package
from scoring.package import Package
from scoring.parts import fingerprint, renewed
from scoring.promotions import TRAINING, Promotion, promote, promotions, record_promotion
from scoring.published import current_version, lay_down, published_versions
from training.publishing.card_text import card_text
from training.publishing.tracking import (
    CHALLENGER,
    CHAMPION,
    FINGERPRINT,
    SINCE,
    UNKNOWN,
    Source,
    TrackedRun,
    Tracker,
    tracked_run,
)

_OF_TODAY = ("population", "value", "economics", "sensitivity", "decision", "payoff")
"""What a card tells of the decision."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Where versions of one model become champion.

    Parameters
    ----------
    tracker : Tracker
    packages : Path
    name : str
        Registered name, "<tenant>.<model>".
    at : str
        When, an ISO instant.
    by : str, default "training"
        Who asks for it.
    source : Source
        What trained.
    """

    tracker: Tracker
    packages: Path
    name: str
    at: str
    by: str = TRAINING
    source: Source = UNKNOWN

    @property
    def _key(self) -> tuple[Path, str, str]:
        tenant, _, model = self.name.rpartition(".")
        return self.packages, tenant, model

    def folder(self, version: str) -> Path:
        """Where a version is, or would be, published."""
        packages, tenant, model = self._key
        return packages / tenant / model / version

    def is_published(self, version: str) -> bool:
        """Whether a version is published and can be read."""
        try:
            read_any(self.folder(version))
        except (ScoringError, OSError):
            return False
        return True

    def read(self, version: str) -> Package:
        """Read a published version of a binary model."""
        return read_package(self.folder(version))

    def champion(self) -> Package | None:
        """Read the champion; None where there is none that can be read."""
        try:
            version = current_version(*self._key)
            return None if version is None else self.read(version)
        except ScoringError:
            return None

    def settle(self) -> tuple[str, ...]:
        """Let alias and history follow the package that is published; say so where somebody moved the alias.

        The next version is counted beyond every one that was published, also where the registry was deleted since.

        Returns
        -------
        tuple of str
            A sentence where the alias had been moved by hand.
        """
        known = promotions(*self._key)
        told = [*published_versions(*self._key), *(each.version for each in known)]
        numbers = [int(version) for version in told if version.isdigit()]
        self.tracker.count_beyond(self.name, max(numbers, default=0))
        try:
            version = current_version(*self._key)
        except PackageDamaged:
            return ()
        if version is None:
            return ()
        if not known or known[-1].version != version:
            before = known[-1].version if known else None
            why = "found published"
            made = Promotion(version=version, before=before, at=self.at, by=self.by, why=why)
            record_promotion(made, *self._key)
        registered = self.tracker.find(self.name, version)
        if registered is None:
            return ()
        bearer = self.tracker.version_with(self.name, CHAMPION)
        if bearer == version and SINCE in registered.tags:
            return ()
        self._mark(version)
        if bearer in (None, version) or SINCE not in registered.tags:
            return ()  # a promotion that was stopped before its end
        return (
            f"MLflow's alias {CHAMPION} had been moved by hand to {self.name}/{bearer}, while {self.name}/{version}"
            f" answers; it was moved back. To let the other one answer: bellwether models promote"
            f" {self.name}/{bearer}",
        )

    def promote(self, package: AnyPackage, *, why: str) -> Path:
        """Publish a version, unless it is published, and let it be champion in the registry and for answers."""
        if not self.is_published(package.version):
            lay_down(package, self.packages)
        packages, tenant, model = self._key
        promote(packages, tenant, model, package.version, at=self.at, by=self.by, why=why)
        self._mark(package.version)
        return self.folder(package.version)

    def renew(self, today: Package, label: str, *, figures_too: bool) -> tuple[Package, str]:
        """Publish the champion's fitted model under the decision of another package, as a version of its own.

        Parameters
        ----------
        today : Package
            Whose decision counts, with its card.
        label : str
            The champion, which must be readable.
        figures_too : bool
            Whether figures and card are taken over as well, as both are the same model.

        Returns
        -------
        tuple of Package and str
            The new champion, and the run that records it.
        """
        old = self.read(label.rpartition("/")[2])
        sentence = f"decision renewed over {label}"
        card: Mapping[str, Any] = today.card
        if not figures_too:
            card = {**old.card, **{key: today.card[key] for key in _OF_TODAY if key in today.card}}
            declared = {**today.card.get("declarations", {}), **old.card.get("declarations", {})}
            card = {**card, "declarations": declared}
        made = replace(
            renewed(old, today),
            validation=today.validation if figures_too else old.validation,
            card={**card, "renewal": sentence},
        )
        mark = fingerprint(made)
        tags = {FINGERPRINT: mark, "snapshot": str(made.trained_on.get("snapshot", ""))}
        found = self.tracker.version_made_of(self.name, mark)
        if found is not None and self.is_published(found.version):
            made = self.read(found.version)
            self.promote(made, why=sentence)
            return made, found.run_id
        with tracked_run(
            self.tracker,
            self.name,
            title=sentence,
            tags=tags | self.source.tags,
            again=self.tracker.run_made_of(self.name, mark) if found is None else found.run_id,
        ) as run:
            version = (
                self.tracker.renew(
                    self.name,
                    run.run_id,
                    of=self.tracker.find(self.name, old.version),
                    tags=tags,
                )
                if found is None
                else found.version
            )
            made = replace(made, version=version)
            run.describe(card_text(made))
            log_package(run, made)
            run.tags({"version": version, "promoted": "true", "renews": label})
        self.tracker.describe_version(self.name, version, card_text(made))
        self.tracker.tag_version(self.name, version, {"gates": sentence})
        if figures_too:
            self.tracker.give_alias(self.name, CHALLENGER, version)
        self.promote(made, why=sentence)
        return made, run.run_id

    def _mark(self, version: str) -> None:
        self.tracker.give_alias(self.name, CHAMPION, version)
        self.tracker.tag_version(self.name, version, {SINCE: self.at})


def log_package(run: TrackedRun, package: AnyPackage) -> None:
    """Keep a package and its card with a run."""
    run.document("card.json", dict(package.card))
    with tempfile.TemporaryDirectory() as folder:
        write_package(package, Path(folder))
        run.files(Path(folder), "package")
