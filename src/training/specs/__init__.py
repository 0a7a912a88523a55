"""Which models there are: one frozen `ModelSpec` each, in a module of its own.

Every module of this folder is looked through; a new model is one new module that holds its spec.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from importlib import import_module
from typing import TypeVar

from tabular.errors import did_you_mean
from training.errors import UnknownModel
from training.specs.spec import ModelSpec
from training.specs.table_spec import TableSpec

__all__ = ["SPECS", "TABLE_SPECS", "ModelSpec", "TableSpec", "find_spec"]

Kind = TypeVar("Kind", ModelSpec, TableSpec)


def _found(kind: type[Kind]) -> Mapping[str, Kind]:
    modules = [
        import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)
    ]
    specs = [value for module in modules for value in vars(module).values() if type(value) is kind]
    return {spec.name: spec for spec in specs}


SPECS = _found(ModelSpec)
"""Every model of a shop's records, by name."""

TABLE_SPECS = _found(TableSpec)
"""Every model of a table whose columns are known beforehand, by name."""


def find_spec(name: str) -> ModelSpec:
    """Find a model by name.

    Raises
    ------
    UnknownModel
        "model must be known; got ...", "model must be one of a shop's records; got ..."

    Examples
    --------
    >>> find_spec("churn").horizon_days
    90
    >>> find_spec("chrun")
    Traceback (most recent call last):
        ...
    training.errors.UnknownModel: model must be known; got 'chrun'. Did you mean churn?
    """
    if name in TABLE_SPECS:
        raise UnknownModel(
            f"model must be one of a shop's records; got {name!r}, which is learned from a table. Type"
            f" `bellwether train {name} --table FILE`."
        )
    if name not in SPECS:
        raise UnknownModel(f"model must be known; got {name!r}. {did_you_mean(name, SPECS)}")
    return SPECS[name]
