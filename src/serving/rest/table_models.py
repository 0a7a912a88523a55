"""How the document describes a model of a table: its columns as the file names them, and a row as an example."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import numpy as np

from scoring.fields import Field, Fields

if TYPE_CHECKING:
    from scoring.package import Package

_SHOWN = 20
"""The most categories that are listed."""


def example_row(package: Package, fields: Fields) -> dict[str, Any]:
    """Give a row that a client may send: usual numbers, and the first of the categories."""
    return {
        field.name: field.levels[0] if field.levels else _usual(field, output.reference)
        for field, output in zip(fields.columns, package.outputs, strict=True)
    }


def example_values(
    package: Package, fields: Fields
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Give the same row as it is scored."""
    values, _ = fields.read_row(example_row(package, fields))
    return values.reshape(len(fields.columns))


def row_schema(fields: Fields) -> dict[str, Any]:
    """Describe what may be sent, as a JSON schema."""
    return {
        "type": "object",
        "title": "Row",
        "additionalProperties": False,
        "required": ["features"],
        "properties": {
            "tenant": {"type": "string", "const": "shared", "default": "shared"},
            "features": {
                "type": "object",
                "minProperties": 1,
                "description": "Values by the table's own column names. What is left out, or null, is missing; so is"
                " a category that was never seen, unless rare ones were put together.",
                "properties": {field.name: _column(field) for field in fields.columns},
            },
        },
    }


def describe_row(body: dict[str, Any], package: Package, fields: Fields) -> None:
    """Write what is asked of a model of a table into its operation's body."""
    body["schema"] = deepcopy(row_schema(fields))
    body["examples"] = {
        "by values": {
            "summary": "A row of the table",
            "value": {"features": example_row(package, fields)},
        }
    }


def _usual(field: Field, reference: float | None) -> float | None:
    return round(reference) if field.is_whole and reference is not None else reference


def _column(field: Field) -> dict[str, Any]:
    if field.levels is None:
        limits = {"minimum": field.minimum, "maximum": field.maximum}
        return {
            "type": ["integer" if field.is_whole else "number", "null"],
            **{name: limit for name, limit in limits.items() if limit is not None},
        }
    shown = ", ".join(field.levels[:_SHOWN])
    more = ", ..." if len(field.levels) > _SHOWN else ""
    return {"type": ["string", "number", "boolean", "null"], "description": f"One of {shown}{more}"}
