"""What a binary package holds: two answers, yes or no, and the probability of yes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from scoring.binned import Binned
from scoring.calibration import Calibration
from scoring.components import Component
from scoring.contents.tree_slots import SLOTS, TESTS, as_slots, from_slots
from scoring.derived import DerivedColumns
from scoring.errors import InvalidPackage
from scoring.fields import Fields
from scoring.linear import Linear
from scoring.offers import Offer
from scoring.package import DecisionRule, Package, PackageOutput
from scoring.populations import Group, Population
from scoring.rules import RuleInputs
from scoring.scale import Scale
from scoring.sealing import Arrays
from scoring.trees import Trees

_COMPONENTS: Mapping[str, type[Component]] = {"trees": Trees, "linear": Linear, "binned": Binned}


def read(content: Mapping[str, Any], arrays: Arrays) -> Package:
    """Make a package of what was read of its files.

    Parameters
    ----------
    content : mapping
        As `contents` gives it.
    arrays : mapping of str to array

    Returns
    -------
    Package
        Equal in every bit to what was written.

    Raises
    ------
    InvalidPackage
        "component must be one of ...; got ...".
    """
    scale, rule_inputs, derived = content["scale"], content["rule_inputs"], content.get("derived")
    table = content.get("fields")
    return Package(
        name=content["name"],
        version=content["version"],
        currency=content["currency"],
        outputs=tuple(PackageOutput(**output) for output in content["outputs"]),
        components=_read_components(arrays, content["components"]),
        calibration=Calibration(**content["calibration"]),
        decision=DecisionRule(**content["decision"]),
        offer=None if content.get("offer") is None else Offer.from_dict(content["offer"]),
        population=read_population(content.get("population")),  # nor were they asked for
        scale=None if scale is None else Scale(**scale),
        rule_inputs=None if rule_inputs is None else _read_rule_inputs(rule_inputs),
        derived=None if derived is None else DerivedColumns.from_dict(derived),
        fields=None if table is None else Fields.from_dict(table),
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
        kind = next(name for name, form in _COMPONENTS.items() if isinstance(component, form))
        components.append({"kind": kind, "weight": component.weight, "base": component.base})
        for name, array in _arrays_of(component).items():
            arrays[f"{index}.{name}"] = array
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


def _read_components(arrays: Arrays, described: list[dict[str, Any]]) -> tuple[Component, ...]:
    components: list[Component] = []
    for index, description in enumerate(described):
        kind = _COMPONENTS.get(description["kind"])
        if kind is None:
            raise InvalidPackage(
                f"component must be one of {', '.join(_COMPONENTS)}; got {description['kind']!r}."
                " Read the package with the version that wrote it."
            )
        weight, base = description["weight"], description["base"]
        parts = {name: arrays[f"{index}.{name}"] for name in _ARRAYS[kind]}
        if kind is Trees:
            components.append(from_slots(weight, base, parts))
        else:
            components.append(kind(weight=weight, base=base, **parts))
    return tuple(components)


def _arrays_of(component: Component) -> dict[str, Any]:
    if isinstance(component, Trees):
        return as_slots(component)
    return {name: getattr(component, name) for name in _ARRAYS[type(component)]}


def _array_names(kind: type[Component]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if field.name not in ("weight", "base"))


_ARRAYS: Mapping[type[Component], tuple[str, ...]] = {
    Trees: (*TESTS, *SLOTS),
    Linear: _array_names(Linear),
    Binned: _array_names(Binned),
}
"""What each form is written as."""
