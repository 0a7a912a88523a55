"""Which models there are, and what each of them is: for who asks them, and for who answers for them.

Everything is read off packages and how they were published. Nothing in it is about a customer or a person, and no
sentence names a folder of this machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from scoring.any_package import AnyPackage
from scoring.files import KINDS, kind_of
from scoring.promotions import TRAINING, promotions
from scoring.published import published_versions
from scoring.sealing import checksums
from serving.errors import ModelMissing, UnknownName
from serving.predict.packages import PackageShelf
from serving.predict.signatures import Input, inputs_of
from tabular.errors import did_you_mean

_TOLD_APART = (
    *("name", "version", "outputs", "fields", "hashes"),
    *("validation", "card", "trained_on"),
)
"""What is told of a package by itself, and not among its content."""


@dataclass(frozen=True, kw_only=True)
class Model:
    """A model that was published.

    Parameters
    ----------
    name, tenant : str
    package : AnyPackage or None
        What answers now; None where nothing can.
    refused : str or None
        Why the newest package cannot answer, in a sentence; None where it does.
    """

    name: str
    tenant: str
    package: AnyPackage | None
    refused: str | None

    @property
    def kind(self) -> str | None:
        """Of `scoring.files.KINDS`."""
        return None if self.package is None else kind_of(self.package)

    @property
    def answers_with(self) -> str | None:
        """What it answers with, as a sentence says it: "a probability"."""
        return None if self.kind is None else KINDS[self.kind].answer

    @property
    def version(self) -> str | None:
        """Of the package that answers."""
        return None if self.package is None else self.package.version

    @property
    def predicts(self) -> str | None:
        """What its card says it predicts."""
        return None if self.package is None else self.package.card.get("predicts")

    @property
    def trained_on(self) -> Mapping[str, Any]:
        """What reproduces it: when, and on what."""
        return {} if self.package is None else self.package.trained_on

    @property
    def figures(self) -> dict[str, float]:
        """How good it was on what it had not seen: the single numbers."""
        if self.package is None:
            return {}
        return {
            name: value
            for name, value in self.package.validation.items()
            if isinstance(value, int | float) and not isinstance(value, bool)
        }


@dataclass(frozen=True, kw_only=True)
class Champion:
    """A version that came to answer.

    Parameters
    ----------
    version : str
    before : str or None
        Which it followed.
    at : str
        An ISO instant.
    by_training : bool
        Whether training promoted it; else somebody asked for it.
    """

    version: str
    before: str | None
    at: str
    by_training: bool


@dataclass(frozen=True, kw_only=True)
class ModelDescription:
    """A model with all that is known of the package that answers.

    Parameters
    ----------
    model : Model
    card, validation : mapping
    content : mapping
        What the package decides by, in JSON's own types: of a binary one its decision, offer, population, calibration
        and so on, of another kind what that has.
    inputs : tuple of Input
        What is read, in the order of the package; none where customers alone are asked about.
    checksums : mapping of str to str
        SHA-256 of its parts, as it was published.
    versions : tuple of str
        Those that lie there, the newest first.
    champions : tuple of Champion
        Those that came to answer, the first one first.
    """

    model: Model
    card: Mapping[str, Any]
    validation: Mapping[str, Any]
    content: Mapping[str, Any]
    inputs: tuple[Input, ...]
    checksums: Mapping[str, str]
    versions: tuple[str, ...]
    champions: tuple[Champion, ...]


def models_of(shelf: PackageShelf, tenants: Sequence[str]) -> list[Model]:
    """List the models of some tenants, in the order of these, by name.

    Parameters
    ----------
    tenants : sequence of str
        Slugs; ``*`` among them stands for all.
    """
    return [_model(shelf, *pair) for pair in _published(shelf, tenants)]


def describe(shelf: PackageShelf, tenants: Sequence[str], name: str) -> ModelDescription:
    """Describe a model of some tenants: that of the first which has it.

    Parameters
    ----------
    tenants : sequence of str
        As `models_of` takes them.

    Raises
    ------
    UnknownName
        "model must be one that may be asked about; got ..."
    ModelMissing
        If no package of it can answer.
    """
    pairs = list(_published(shelf, tenants))
    tenant = next((tenant for tenant, model in pairs if model == name), None)
    if tenant is None:
        known = sorted({model for _, model in pairs})
        raise UnknownName(
            f"model must be one that may be asked about; got {name!r}."
            f" {did_you_mean(name, known) if known else 'There is none.'}",
            field="name",
        )
    model = _model(shelf, tenant, name)
    package = model.package
    if package is None:
        raise ModelMissing(tenant, name, model.refused)
    content, _ = KINDS[kind_of(package)].contents(package)
    return ModelDescription(
        model=model,
        card=package.card,
        validation=package.validation,
        content={each: value for each, value in content.items() if each not in _TOLD_APART},
        inputs=tuple(inputs_of(package, shelf.catalogue)),
        checksums=_checksums(shelf, package),
        versions=tuple(
            dict.fromkeys(
                version
                for folder in shelf.folders
                for version in published_versions(folder, tenant, name)
            )
        ),
        champions=_champions(shelf, tenant, name),
    )


def _published(shelf: PackageShelf, tenants: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Walk over the tenants and models that may be told of, tenant by tenant."""
    published = sorted(shelf.published())
    wanted = sorted({tenant for tenant, _ in published}) if "*" in tenants else tenants
    for each in wanted:
        yield from (pair for pair in published if pair[0] == each)


def _model(shelf: PackageShelf, tenant: str, name: str) -> Model:
    refused, package = shelf.refusal(tenant, name), None
    with suppress(ModelMissing):
        package = shelf.answering(tenant, name)
    if refused is not None:
        for folder in shelf.folders:  # which is nobody's business but the server's
            refused = refused.replace(f"{folder}/", "").replace(str(folder), "packages")
    return Model(name=name, tenant=tenant, package=package, refused=refused)


def _checksums(shelf: PackageShelf, package: AnyPackage) -> dict[str, str]:
    place = shelf.place(package)
    return {} if place is None else checksums(place)


def _champions(shelf: PackageShelf, tenant: str, name: str) -> tuple[Champion, ...]:
    """Tell who answered when, but not who asked for it, nor in what words."""
    for folder in shelf.folders:
        if found := promotions(folder, tenant, name):
            return tuple(
                Champion(
                    version=each.version,
                    before=each.before,
                    at=each.at,
                    by_training=each.by == TRAINING,
                )
                for each in found
            )
    return ()
