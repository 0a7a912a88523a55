"""How a package lies on disk: `package.json` and `model.npz`, read without unpickling anything.

The checksum of the arrays and of the text is checked at every reading. `scoring.published` keeps versions side by
side.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np

from scoring.binned import Binned
from scoring.calibration import Calibration
from scoring.components import Component, Linear, Trees
from scoring.derived import DerivedColumns
from scoring.errors import (
    InvalidPackage,
    PackageDamaged,
    PackageNotFound,
)
from scoring.fields import Fields
from scoring.offers import Offer
from scoring.package import DecisionRule, Package, PackageOutput
from scoring.populations import Group, Population
from scoring.rules import RuleInputs
from scoring.scale import Scale

FORMAT = 1
"""Version of the format; a reader refuses any other."""

_KINDS: Mapping[str, type[Component]] = {"trees": Trees, "linear": Linear, "binned": Binned}


def write_package(package: Package, folder: Path) -> None:
    """Write a package into a folder, which is made if need be.

    Parameters
    ----------
    package : Package
    folder : Path
        Gets `package.json` and `model.npz`; use `publish` to make both appear at once.
    """
    folder.mkdir(parents=True, exist_ok=True)
    content, arrays = contents(package)
    with (folder / "model.npz").open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
        _settle(file)
    text = _canonical(content)
    sealed = {
        "format": FORMAT,
        "checksums": {
            "model.npz": _digest((folder / "model.npz").read_bytes()),
            "content": _digest(text.encode()),
        },
        "content": json.loads(text),
    }
    with (folder / "package.json").open("wb") as file:
        file.write((json.dumps(sealed, indent=1, allow_nan=False) + "\n").encode())
        _settle(file)


def read_package(folder: Path) -> Package:
    """Read a package.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    Package
        Equal in every bit to what was written.

    Raises
    ------
    PackageNotFound
        "model ... must have a published package; got none in ...".
    PackageDamaged
        "... must be as it was written; got ...".
    InvalidPackage
        "component must be one of ...; got ...".
    """
    if not (folder / "package.json").is_file():
        raise PackageNotFound(f"{folder.parent.name}/{folder.name}", str(folder))
    try:
        sealed = json.loads((folder / "package.json").read_bytes())
        version, checksums, content = sealed["format"], sealed["checksums"], sealed["content"]
    except (ValueError, KeyError, TypeError) as error:
        raise PackageDamaged(str(folder / "package.json"), "no package in it") from error
    if version != FORMAT:
        raise PackageDamaged(str(folder / "package.json"), f"format {version}, not {FORMAT}")
    if _digest(_canonical(content).encode()) != checksums["content"]:
        raise PackageDamaged(str(folder / "package.json"), "another checksum")
    if not (folder / "model.npz").is_file():
        raise PackageDamaged(str(folder / "model.npz"), "no file")
    if _digest((folder / "model.npz").read_bytes()) != checksums["model.npz"]:
        raise PackageDamaged(str(folder / "model.npz"), "another checksum")
    scale, rule_inputs, derived = content["scale"], content["rule_inputs"], content.get("derived")
    fields = content.get("fields")
    return Package(
        name=content["name"],
        version=content["version"],
        currency=content["currency"],
        outputs=tuple(PackageOutput(**output) for output in content["outputs"]),
        components=_read_components(folder / "model.npz", content["components"]),
        calibration=Calibration(**content["calibration"]),
        decision=DecisionRule(**content["decision"]),
        offer=None if content.get("offer") is None else Offer.from_dict(content["offer"]),
        population=read_population(content.get("population")),  # nor were they asked for
        scale=None if scale is None else Scale(**scale),
        rule_inputs=None if rule_inputs is None else _read_rule_inputs(rule_inputs),
        derived=None if derived is None else DerivedColumns.from_dict(derived),
        fields=None if fields is None else Fields.from_dict(fields),
        actionable=tuple(content.get("actionable", ())),
        usual=content.get("usual", ""),  # packages of before had none
        validation=content["validation"],
        card=content["card"],
        trained_on=content["trained_on"],
    )


def _read_rule_inputs(content: Mapping[str, Any]) -> RuleInputs:
    line = content.get("calibration")
    known = {**content, "calibration": None if line is None else Calibration(**line)}
    return RuleInputs(**known)


def read_population(content: Mapping[str, Any] | None) -> Population | None:
    """Read a population out of JSON's own types.

    Parameters
    ----------
    content : mapping or None
        As `dataclasses.asdict` gives it.

    Returns
    -------
    Population or None
        None where there is none.
    """
    if content is None:
        return None
    others = tuple(
        Group(**{**group, "calibration": Calibration(**group["calibration"])})
        for group in content["others"]
    )
    return Population(name=content["name"], description=content["description"], others=others)


def contents(package: Package) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give what a package holds, but for how it is laid out on disk.

    Parameters
    ----------
    package : Package

    Returns
    -------
    tuple of dict and dict
        Plain content, and arrays by the place of their component: "0.coefficient".
    """
    arrays: dict[str, Any] = {}
    components = []
    for index, component in enumerate(package.components):
        kind = next(name for name, form in _KINDS.items() if isinstance(component, form))
        components.append({"kind": kind, "weight": component.weight, "base": component.base})
        for name in _array_names(type(component)):
            arrays[f"{index}.{name}"] = getattr(component, name)
    content: dict[str, Any] = {
        "name": package.name,
        "version": package.version,
        "currency": package.currency,
        "outputs": [asdict(output) for output in package.outputs],
        "components": components,
        "calibration": asdict(package.calibration),
        "decision": asdict(package.decision),
        "offer": package.offer and package.offer.as_dict(),
        "population": package.population and asdict(package.population),
        "scale": package.scale and asdict(package.scale),
        "rule_inputs": package.rule_inputs and asdict(package.rule_inputs),
        "derived": package.derived and package.derived.as_dict(),
        "fields": package.fields and package.fields.as_dict(),
        "actionable": list(package.actionable),
        "usual": package.usual,
        "validation": dict(package.validation),
        "card": dict(package.card),
        "trained_on": dict(package.trained_on),
    }
    return content, arrays


def _read_components(path: Path, described: list[dict[str, Any]]) -> tuple[Component, ...]:
    components: list[Component] = []
    with np.load(path, allow_pickle=False) as arrays:
        for index, description in enumerate(described):
            kind = _KINDS.get(description["kind"])
            if kind is None:
                raise InvalidPackage(
                    f"component must be one of {', '.join(_KINDS)}; got {description['kind']!r}."
                    " Read the package with the version that wrote it."
                )
            parts = {name: arrays[f"{index}.{name}"] for name in _array_names(kind)}
            components.append(kind(weight=description["weight"], base=description["base"], **parts))
    return tuple(components)


def _array_names(kind: type[Component]) -> list[str]:
    return [field.name for field in fields(kind) if field.name not in ("weight", "base")]


def _canonical(content: object) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _settle(file: Any) -> None:
    """Bring what was written to the disk before it is renamed into place."""
    file.flush()
    os.fsync(file.fileno())
