"""What a data scientist calls says what it takes and gives; numpydoc compares it with the signatures."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from numpydoc.validate import validate

ROOT = Path(__file__).parents[1]
CHECKS = {"GL08", "PR01", "PR02", "PR03", "RT01"}
"""What only a signature shows: `make lint` reads the source, where a dataclass takes nothing."""


def modules() -> list[str]:
    """The modules that `make lint` has numpydoc read."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")
    (files,) = re.findall(r"^NUMPYDOC := (.+)$", text, re.MULTILINE)
    return [".".join(Path(file).relative_to("src").with_suffix("").parts) for file in files.split()]


def public(module: str) -> Iterator[str]:
    """Functions, classes and their methods that a module defines or hands on, by their full names."""
    found = import_module(module)
    handed_on = getattr(found, "__all__", ())
    for name, value in vars(found).items():
        if name.startswith("_") or not (inspect.isfunction(value) or inspect.isclass(value)):
            continue
        if value.__module__ != module and name not in handed_on:
            continue
        yield f"{value.__module__}.{name}"
        for inner, method in vars(value).items() if inspect.isclass(value) else ():
            callable_ = inspect.isfunction(method) or isinstance(method, classmethod | property)
            if not inner.startswith("_") and callable_:
                yield f"{value.__module__}.{name}.{inner}"


def test_the_modules_a_data_scientist_calls_are_among_them() -> None:
    assert {"features.frames", "features.declaring.declaration", "workbench.notebook"} <= {
        *modules()
    }


@pytest.mark.parametrize("module", modules())
def test_every_docstring_is_about_the_signature_it_stands_below(module: str) -> None:
    names = list(public(module))
    assert names
    wrong = {
        name: found
        for name in names
        if (found := [text for code, text in validate(name)["errors"] if code in CHECKS])
    }
    assert not wrong, "\n".join(f"{name}: {'; '.join(found)}" for name, found in wrong.items())
