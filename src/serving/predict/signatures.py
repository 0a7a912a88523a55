"""A model's signature: what it reads, each thing by its name, type, unit and range."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from features.declaring.declaration import Catalogue
from scoring.any_package import AnyPackage
from scoring.fields import Fields
from scoring.lifetime_value import ValuePackage
from scoring.package import Package
from scoring.pipelines import PipelinePackage


@dataclass(frozen=True, kw_only=True)
class Input:
    """One thing that a model reads: an output of the catalogue, or a column of a table.

    Parameters
    ----------
    name : str
        By which it is sent.
    dtype : {"int", "float", "category", "bool", "text"}
    unit : str
    minimum, maximum : float or None
        The allowed range, both ends included.
    null : float or None
        What an empty window is worth; None: the value may be missing.
    reference : float or None
        What is usual.
    levels : tuple of str or None
        The categories; None of a number.
    family, description : str
    hash : str
        Of its declaration, when the model learned.
    """

    name: str
    dtype: str
    unit: str
    minimum: float | None
    maximum: float | None
    null: float | None
    reference: float | None
    levels: tuple[str, ...] | None
    family: str
    description: str
    hash: str


def inputs_of(package: AnyPackage, catalogue: Catalogue) -> Iterator[Input]:
    """Go through what a package reads, in its order; nothing where customers alone are asked about.

    Parameters
    ----------
    package : AnyPackage
        That can answer here.
    catalogue : Catalogue
        Which declares what it reads, unless it brings its own columns.
    """
    if isinstance(package, Package) and package.fields is not None:
        yield from _columns(package, package.fields)
    elif isinstance(package, Package):
        for each in package.outputs:
            yield _feature(catalogue, each.name, each.hash, each.reference, each.family)
    elif isinstance(package, PipelinePackage):
        for column in package.fields:
            yield Input(
                name=column.name,
                dtype=column.dtype,
                unit="",
                minimum=None,
                maximum=None,
                null=None,
                reference=None,
                levels=None,
                family=column.name,
                description="It may be missing." if column.optional else "It must be sent.",
                hash="",
            )
    elif isinstance(package, ValuePackage):
        for name, declared in zip(package.forecast.inputs, package.hashes, strict=True):
            yield _feature(catalogue, name, declared, None, catalogue[name].family)


def _feature(
    catalogue: Catalogue, name: str, declared: str, reference: float | None, family: str
) -> Input:
    output = catalogue[name]
    return Input(
        name=name,
        dtype=output.dtype,
        unit=output.unit,
        minimum=output.minimum,
        maximum=output.maximum,
        null=output.null,
        reference=reference,
        levels=None,
        family=family,
        description=output.description,
        hash=declared,
    )


def _columns(package: Package, fields: Fields) -> Iterator[Input]:
    for field, output in zip(fields.columns, package.outputs, strict=True):
        number = "int" if field.is_whole else "float"
        yield Input(
            name=field.name,
            dtype="category" if field.is_category else number,
            unit=output.unit,
            minimum=field.minimum,
            maximum=field.maximum,
            null=None,
            reference=output.reference,
            levels=field.levels,
            family=output.family,
            description=f"The column {field.name} of the table.",
            hash=output.hash,
        )
