"""The two parts of a package: the fitted model, and the decision over it.

The model is what was learned: components, calibration, the features they read, the records they learned from. The
decision is whom it is about, what acting costs and earns, from which risk on, and what customers can change about it:
decision, offer, population and actionable features.
New money or another population is a new decision over the same fitted model.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.binned import Binned
from scoring.components import Component
from scoring.contents.binary import contents
from scoring.linear import Linear
from scoring.package import Package
from scoring.trees import Trees

DECISION = ("decision", "offer", "population", "actionable")
"""What belongs to the decision."""

_COLUMNS: Mapping[type[Component], tuple[str, ...]] = {
    Trees: ("feature", "told"),
    Binned: ("column",),
}
"""Arrays that hold columns, by component; those of linear ones have a place for each column."""
_WRITTEN_COLUMNS = frozenset({"feature", "slot_feature", "column"})
"""What they are called in a file."""

_TOLD = ("version", "validation", "card")
"""What is told of a version: neither of its parts."""

_RECORDS = ("trained_on",)
"""What a model was learned from."""


def is_same_model(one: Package, other: Package) -> bool:
    """Say whether two packages hold the same model of the same records, whatever is decided over it.

    Parameters
    ----------
    one, other : Package

    Returns
    -------
    bool
        True where components, calibration, their features and the training records are the same to the last bit.
    """
    return _model(one) == _model(other)


def comes_to_the_same_model(one: Package, other: Package) -> bool:
    """Say whether two packages hold the same model, whichever records each was learned from.

    Parameters
    ----------
    one, other : Package

    Returns
    -------
    bool
        As `is_same_model`, the training records left out: a day later they are others, and teach the same.
    """
    return _model(one, but=_RECORDS) == _model(other, but=_RECORDS)


def is_same_decision(one: Package, other: Package) -> bool:
    """Say whether two packages decide alike over the same probabilities: money, threshold and population."""
    return _decision(one) == _decision(other)


def fingerprint(package: Package) -> str:
    """Hash what a package does, model and decision; the version, its figures and its card are left out.

    Returns
    -------
    str
        32 hexadecimal digits: the same for a training that is done over again.
    """
    parts = f"{_model(package)}\n{_decision(package)}"
    return hashlib.sha256(parts.encode()).hexdigest()[:32]


def renewed(champion: Package, today: Package) -> Package:
    """Put the decision of one package over the fitted model of another.

    Parameters
    ----------
    champion : Package
        Whose model goes on.
    today : Package
        Whose decision is taken over; features only it reads are added.

    Returns
    -------
    Package
        The champion's version, validation and card, until it gets its own.
    """
    known = set(champion.names)
    added = tuple(output for output in today.outputs if output.name not in known)
    return replace(
        champion,
        outputs=champion.outputs + added,
        components=tuple(_widened(each, len(known), len(added)) for each in champion.components),
        **{name: getattr(today, name) for name in DECISION},
    )


def read_by_components(package: Package) -> tuple[str, ...]:
    """Name the features that the fitted model itself reads, in their order."""
    read = np.zeros(_width(package), dtype=np.bool_)
    for component in package.components:
        read |= _reads(component, len(read))
    derived = () if package.derived is None else tuple(package.derived.outputs)
    return tuple(
        name
        for name, used in zip(package.names, read[: len(package.names)].tolist(), strict=True)
        if used or name in derived
    )


def _width(package: Package) -> int:
    """How many columns its components are on: the outputs, then the derived ones."""
    return len(package.outputs) + len(() if package.derived is None else package.derived.counted_to)


def _model(package: Package, *, but: tuple[str, ...] = ()) -> str:
    """What the model part comes to; columns are named, so that what only a decision reads does not count."""
    content, arrays = contents(package)
    for name in (*DECISION, *_TOLD, *but):
        del content[name]
    read = read_by_components(package)
    hashes = {output.name: output.hash for output in package.outputs}
    content["outputs"] = [[name, hashes[name]] for name in read]
    beside = range(len(package.outputs), _width(package))
    kept = np.array([*(package.columns[name] for name in read), *beside], dtype=np.int64)
    content["arrays"] = {
        name: _told(_narrowed(package, name, array, kept)) for name, array in sorted(arrays.items())
    }
    return json.dumps(content, sort_keys=True)


def _decision(package: Package) -> str:
    content, _ = contents(package)
    return json.dumps({name: content[name] for name in DECISION}, sort_keys=True)


def _narrowed(
    package: Package, name: str, array: NDArray[Any], kept: NDArray[np.int64]
) -> NDArray[Any]:
    """Give an array of a component as if there were only the columns that the model reads."""
    place, _, field = name.partition(".")
    component = package.components[int(place)]
    if isinstance(component, Linear):
        return array[kept]
    if field not in _WRITTEN_COLUMNS:
        return array
    moved = np.zeros(_width(package), dtype=array.dtype)
    moved[kept] = np.arange(len(kept))
    told: NDArray[Any] = moved[array]
    return told


def _told(array: NDArray[Any]) -> list[Any]:
    digest = hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()
    return [str(array.dtype), list(array.shape), digest]


def _reads(component: Component, columns: int) -> NDArray[np.bool_]:
    """Which columns a component reads."""
    read = np.zeros(columns, dtype=np.bool_)
    if isinstance(component, Linear):
        read |= (component.coefficient != 0) | (component.missing_coefficient != 0)
    elif isinstance(component, Trees):
        read[component.told[component.told >= 0]] = True
    else:
        read[np.unique(component.column)] = True
    return read


def _widened(component: Component, at: int, by: int) -> Component:
    """Give a component room for so many columns that it does not read, before the one at a place."""
    if not by:
        return component
    if isinstance(component, Linear):
        wider: dict[str, Any] = {
            each.name: np.insert(getattr(component, each.name), [at] * by, 0)
            for each in fields(component)
            if each.name not in ("weight", "base")
        }
        return replace(component, **wider)
    moved: dict[str, Any] = {
        name: np.where(
            getattr(component, name) >= at, getattr(component, name) + by, getattr(component, name)
        )
        for name in _COLUMNS[type(component)]
    }
    return replace(component, **moved)
