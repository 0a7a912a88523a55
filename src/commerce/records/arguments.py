"""The boundary of the workflows: what no record can hold is refused before anything is done with it."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from functools import wraps
from typing import ParamSpec, TypeVar

from commerce.records.errors import check_secret, check_text, check_whole

Given = ParamSpec("Given")
Answer = TypeVar("Answer")
_SECRETS = ("current", "password", "pin", "secret", "signature", "token")
_CHECKS: Mapping[object, Callable[[str, object], None]] = {
    annotation: check
    for check, kind in ((check_whole, "int"), (check_text, "str"))
    for annotation in (kind, f"{kind} | None")
}


def checked(function: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """Let a workflow's function refuse arguments that no record can hold, by the types that it declares.

    What is declared an ``int`` is a whole number, not a fraction, a truth value or digits in quotes; what is declared a
    ``str`` is text that both databases keep. It has its annotations as text (``from __future__ import annotations``).

    Raises
    ------
    RecordError
        By the function: "quantity must be a whole number; got 1.5. ..."
        "name must be text that can be stored; got ..."

    Examples
    --------
    >>> @checked
    ... def add(work: Work, quantity: int = 1) -> None: ...
    >>> add("work", 1.5)
    Traceback (most recent call last):
    ...
    commerce.records.errors.RecordError: quantity must be a whole number; got 1.5. Give it as an int.
    """
    checks = [
        (
            sys.maxsize if parameter.kind is parameter.KEYWORD_ONLY else place,
            name,
            name.removesuffix("_minor").replace("_", " "),
            check_secret if name in _SECRETS else _CHECKS[parameter.annotation],
        )
        for place, (name, parameter) in enumerate(inspect.signature(function).parameters.items())
        if parameter.annotation in _CHECKS
    ]

    @wraps(function)
    def checking(*given: Given.args, **named: Given.kwargs) -> Answer:
        for place, name, subject, check in checks:
            value = given[place] if place < len(given) else named.get(name)
            if value is not None:
                check(subject, value)
        return function(*given, **named)

    return checking
