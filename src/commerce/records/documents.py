"""Documents as the record store keeps them: JSON, of which every text can be stored."""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import isfinite
from types import NoneType

import msgspec

from commerce.records.errors import check_text

_NUMBERS = {float, int, NoneType}


def write_document(document: object) -> str:
    """Write a document.

    Raises
    ------
    RecordError
        As `commerce.records.errors.check_text`, of a text that no database stores.
    """
    text = _numbers(document) or json.dumps(document)
    if "\\u0000" in text or "\\ud" in text:
        _check_texts(document)
    return text


def _numbers(document: object) -> str | None:
    """Write finite numbers by name, as features are, in a sixth of the time; None where it is another document."""
    if type(document) is not dict or not _NUMBERS.issuperset(map(type, document.values())):
        return None
    try:
        if not isfinite(sum(filter(None, document.values()))):
            return None
        return msgspec.json.encode(document).decode()
    except (OverflowError, TypeError, UnicodeEncodeError):  # of numbers, of names that are none
        return None


def _check_texts(document: object) -> None:
    """Check every text in a document."""
    if isinstance(document, str):
        check_text("document", document)
    elif isinstance(document, Mapping | list | tuple):
        for part in document:
            _check_texts(part)
            if isinstance(document, Mapping):
                _check_texts(document[part])
