"""One model's registry and its published packages, kept one: who is champion in both, since when and why.

The published package says which version answers; MLflow's alias follows it, and whoever moved that by hand is told.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from pathlib import Path
from typing import Any

from commerce.records.instants import from_micros
from scoring.any_package import AnyPackage
from scoring.errors import PackageDamaged, ScoringError
from scoring.files import P, as_kind, read_any, read_package, write_package
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
class Entry:
    """What is written down of a training beside its package.

    Parameters
    ----------
    mark : str
        Fingerprint of what the package does: the same again is the version it was.
    title : str
        Of the run.
    snapshot : str
        Hash of what it was trained on.
    text : callable
        Called with the package; gives what its version is described by.
    log : callable
        Called with the open run before anything is registered, to log what it was asked to do and its figures.
    show : callable
        Called with the open run and the package under its version, to log what is drawn of it.
    model : callable, optional
        Called with the open run and the tags, to register what was fitted and give its version; by default the version
        is the run's own, without a fitted model.
    promoted : bool, default True
        Whether no gate refused it.
    tags : mapping of str to str
        Further ones, of the version.
    run_tags : mapping of str to str
        Further ones, of the run.
    """

    mark: str
    title: str
    snapshot: str
    text: Callable[[Any], str]
    log: Callable[[TrackedRun], None] = lambda run: None
    show: Callable[[TrackedRun, Any], None] = lambda run, package: None
    model: Callable[[TrackedRun, Mapping[str, str]], str] | None = None
    promoted: bool = True
    tags: Mapping[str, str] = field(default_factory=dict)
    run_tags: Mapping[str, str] = field(default_factory=dict)


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

    def register(self, package: P, entry: Entry) -> tuple[P, str]:
        """Record a training and register what it came to, or find both again.

        Parameters
        ----------
        package : AnyPackage
            Of whatever kind; its version is found here.
        entry : Entry

        Returns
        -------
        tuple of AnyPackage and str
            The package under its version, and the run that records it.
        """
        tracker, name = self.tracker, self.name
        found = tracker.version_made_of(name, entry.mark)
        if found is not None and self.is_published(found.version):
            return as_kind(read_any(self.folder(found.version)), type(package)), found.run_id
        tags = {FINGERPRINT: entry.mark, "snapshot": entry.snapshot}
        with tracked_run(
            tracker,
            name,
            title=entry.title,
            tags=tags | self.source.tags,
            again=tracker.run_made_of(name, entry.mark) if found is None else found.run_id,
        ) as run:
            entry.log(run)
            if found is not None:
                version = found.version
            elif entry.model is not None:
                version = entry.model(run, tags)
            else:
                version = tracker.renew(name, run.run_id, of=None, tags=tags)
            made = replace(package, version=version)
            text = entry.text(made)
            run.describe(text)
            entry.show(run, made)
            log_package(run, made)
            told = {"version": version, "promoted": str(entry.promoted).lower()}
            run.tags({**told, **entry.run_tags})
        tracker.describe_version(name, version, text)
        tracker.tag_version(name, version, entry.tags)
        return made, run.run_id

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
        entry = Entry(
            mark=fingerprint(made),
            title=sentence,
            snapshot=str(made.trained_on.get("snapshot", "")),
            text=card_text,
            model=lambda run, tags: self.tracker.renew(
                self.name, run.run_id, of=self.tracker.find(self.name, old.version), tags=tags
            ),
            tags={"gates": sentence},
            run_tags={"renews": label},
        )
        made, run_id = self.register(made, entry)
        if figures_too:
            self.tracker.give_alias(self.name, CHALLENGER, made.version)
        self.promote(made, why=sentence)
        return made, run_id

    def _mark(self, version: str) -> None:
        self.tracker.give_alias(self.name, CHAMPION, version)
        self.tracker.tag_version(self.name, version, {SINCE: self.at})


def title_of(name: str, as_of: int, zone: tzinfo) -> str:
    """Call a run by what it trained and the day it knew of, where the shop is.

    Examples
    --------
    >>> from datetime import UTC
    >>> title_of("demo.churn", 1_767_225_600_000_000, UTC)
    'demo.churn as of 2026-01-01'
    """
    return f"{name} as of {from_micros(as_of).astimezone(zone).date()}"


def log_package(run: TrackedRun, package: AnyPackage) -> None:
    """Keep a package and its card with a run."""
    run.document("card.json", dict(package.card))
    with tempfile.TemporaryDirectory() as folder:
        write_package(package, Path(folder))
        run.files(Path(folder), "package")
