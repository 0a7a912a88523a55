"""Typed values of notebook parameters: strict on the way in, plain Python on the way into a kernel.

Guarantees: text is never re-interpreted (``01234`` for a ``str`` stays ``01234``); a number or a truth
value that is not exactly one is refused with a sentence; nothing that looks like a secret passes, and a
refused secret is not repeated in the message.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from workbench.errors import ParameterError

Value = str | int | float | bool | date | datetime | list[str] | None
"""What a notebook parameter can hold."""

KINDS = ("str", "int", "float", "bool", "date", "datetime", "list[str]")
"""Types a parameters cell may use, each also as ``type | None``."""

_WHOLE = re.compile(r"[+-]?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_SECRET_NAME = re.compile(
    r"(^|_)(password|passwd|pwd|passphrase|secret|token|api_?key|private_?key|access_?key|credentials?)(_|$)",
    re.IGNORECASE,
)
_SECRET_URI = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s@]*:[^/\s@]+@", re.IGNORECASE)
_SECRET_QUERY = re.compile(
    r"[?&;\s](password|passwd|pwd|sslpassword|token|api_?key|secret)=[^&\s]", re.IGNORECASE
)

_RULES = {
    "str": ("be text", "Write any text; it is taken as it stands."),
    "int": ("be a whole number", "Write 7 or -7, without decimals or leading zeros."),
    "float": ("be a finite number", "Write 0.5, 12 or 1e-3."),
    "bool": ("be true or false", "Write true or false, in lower case."),
    "date": ("be a date", "Write 2026-01-31."),
    "datetime": ("be an ISO date or instant", "Write 2026-01-31 or 2026-01-31T12:00:00+01:00."),
    "list[str]": ("be a list of texts", 'Write a,b or ["a", "b"].'),
}


@dataclass(frozen=True, kw_only=True)
class Kind:
    """The declared type of a parameter."""

    name: str
    """One of `KINDS`."""
    optional: bool = False
    """Whether None is allowed; given as text, None is the empty text."""

    def __str__(self) -> str:
        return f"{self.name} | None" if self.optional else self.name


def parse_text(parameter: str, text: str, kind: Kind) -> Value:
    """Read a parameter given as text on a command line.

    Parameters
    ----------
    text : str
        What stands after the equals sign.

    Raises
    ------
    ParameterError
        "parameter 'x' must be a whole number; got '1.5'. ..."

    Examples
    --------
    >>> parse_text("zip_code", "01234", Kind(name="str"))
    '01234'
    >>> parse_text("rounds", "1e3", Kind(name="int"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    workbench.errors.ParameterError: parameter 'rounds' must be a whole number; got '1e3'....
    >>> parse_text("models", "churn, credit", Kind(name="list[str]"))
    ['churn', 'credit']
    """
    refuse_secret(parameter, text)
    if kind.optional and text == "":
        return None
    value = _READERS[kind.name](text)
    if value is None:
        raise _refusal(parameter, text, kind)
    return value


def check_value(parameter: str, value: object, kind: Kind) -> Value:
    """Check a parameter given as a Python value, or as the ISO text of a date.

    Raises
    ------
    ParameterError
        As `parse_text`.

    Examples
    --------
    >>> check_value("rounds", True, Kind(name="int"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    workbench.errors.ParameterError: parameter 'rounds' must be a whole number; got True....
    """
    refuse_secret(parameter, value)
    if value is None and kind.optional:
        return None
    if kind.name in ("date", "datetime") and isinstance(value, str):
        return parse_text(parameter, value, kind)
    if not _holds(value, kind.name):
        raise _refusal(parameter, value, kind)
    if kind.name == "float":
        return float(value)  # type: ignore[arg-type]
    return value  # type: ignore[return-value]


def refuse_secret(parameter: str, value: object = None) -> None:
    """Refuse a parameter whose name or value looks like a secret; the value is never repeated.

    Raises
    ------
    ParameterError
        "parameter 'x' must not carry a secret; ..."

    Examples
    --------
    >>> refuse_secret("source", "postgresql://shop:hunter2@db/shop")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    workbench.errors.ParameterError: parameter 'source' must not carry a secret; got a URI with a password...
    """
    texts = value if isinstance(value, list) else [value]
    found = None
    if any(isinstance(text, str) and _SECRET_URI.search(text) for text in texts):
        found = "a URI with a password"
    elif any(isinstance(text, str) and _SECRET_QUERY.search(text) for text in texts):
        found = "a password in its text"
    elif _SECRET_NAME.search(parameter):
        found = "a name that says it is one"
    if found is not None:
        raise ParameterError(
            f"parameter {parameter!r} must not carry a secret; got {found}. Parameters are written into the"
            " executed notebook: put it into an environment variable and read it there."
        )


def as_source(value: Value) -> str:
    """Write a value as the Python that a kernel will run; dates travel as ISO text.

    Examples
    --------
    >>> as_source(date(2026, 1, 31)), as_source(["a"]), as_source(None)
    ("'2026-01-31'", "['a']", 'None')
    """
    return repr(as_json(value))


def as_json(value: Value) -> str | int | float | bool | list[str] | None:
    """Give a value in the form it has in JSON; dates become ISO text."""
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return value


def _refusal(parameter: str, value: object, kind: Kind) -> ParameterError:
    rule, advice = _RULES[kind.name]
    shown = repr(value)
    shown = shown if len(shown) <= 60 else f"{shown[:57]}..."
    nothing = " Leave it empty for None." if kind.optional else ""
    return ParameterError(f"parameter {parameter!r} must {rule}; got {shown}. {advice}{nothing}")


def _read_float(text: str) -> float | None:
    if not _DECIMAL.fullmatch(text):
        return None
    number = float(text)
    return number if math.isfinite(number) else None


def _read_date(text: str) -> date | None:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _read_datetime(text: str) -> str | None:
    """Check an instant but keep it as text: a date means midnight of a zone not known here."""
    if not re.match(r"\d{4}-\d{2}-\d{2}", text):
        return None
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return None
    return text


def _read_list(text: str) -> list[str] | None:
    if text.lstrip().startswith("["):
        try:
            items = json.loads(text)
        except ValueError:
            return None
        return items if _holds(items, "list[str]") else None
    parts = [part.strip() for part in text.split(",")] if text.strip() else []
    return parts if all(parts) else None


def _holds(value: object, name: str) -> bool:
    """Whether a Python value is of a declared type; True is no number."""
    match name:
        case "str":
            return isinstance(value, str)
        case "bool":
            return isinstance(value, bool)
        case "int":
            return isinstance(value, int) and not isinstance(value, bool)
        case "float":
            return (
                isinstance(value, (int, float))
                and not isinstance(value, bool)
                and math.isfinite(value)
            )
        case "date":
            return isinstance(value, date) and not isinstance(value, datetime)
        case "datetime":
            return isinstance(value, (date, datetime))
        case _:
            return isinstance(value, list) and all(isinstance(item, str) for item in value)


_READERS: dict[str, Callable[[str], Value]] = {
    "str": str,
    "int": lambda text: int(text) if _WHOLE.fullmatch(text) else None,
    "float": _read_float,
    "bool": {"true": True, "false": False}.get,
    "date": _read_date,
    "datetime": _read_datetime,
    "list[str]": _read_list,
}
