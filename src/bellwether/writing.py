"""How what is asked about is written: whom, when, and the values of features."""

from __future__ import annotations

import math
from datetime import date
from typing import Any
from urllib.parse import quote
from uuid import UUID

from bellwether.errors import InvalidArgument

CustomerKey = str | int | UUID
"""The shop's own id or our UUID; our number as ``number:17``."""
AsOf = str | date
"""A date, an instant, or either in ISO 8601; without an offset it is in the shop's zone."""


def instant(as_of: AsOf | None) -> str | None:
    """Write an instant as the API takes it."""
    return as_of.isoformat() if isinstance(as_of, date) else as_of


def plain(name: str, value: Any) -> Any:
    """Give a feature's value as JSON has it: numpy's numbers as Python's, NaN as missing.

    Raises
    ------
    InvalidArgument
        "features.<name> must be finite; got inf. ..."
    """
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, float) and not math.isfinite(value):
        if math.isinf(value):
            raise InvalidArgument(
                f"features.{name} must be finite; got {value}. Leave it out, or send None where it is missing."
            )
        return None
    return value


def path_part(name: str, value: CustomerKey) -> str:
    """Write a part of a path; dots alone would lead elsewhere.

    Raises
    ------
    InvalidArgument
        "<name> must be 1 character at least; got ''. ..."
    """
    text = str(value)
    if not text:
        raise InvalidArgument(
            f"{name} must be 1 character at least; got ''. Name whom or what you ask about."
        )
    return quote(text, safe="") if text.strip(".") else text.replace(".", "%2E")
