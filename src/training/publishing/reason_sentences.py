"""The sentence of each feature: what a person is told when it raises the risk.

A template holds {value} (the customer's), {reference} (what is usual among customers) or the name of another
feature of the package; of alternatives separated by " | " the first whose values are all known, and whose
tests in brackets hold, is told. No sentence states more than these values prove: where the number of orders
is not among them, nothing is said of it. A feature without an entry of its own is told by its description.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from training.publishing.reason_templates import TEMPLATES

if TYPE_CHECKING:
    from features.declaring.declaration import Output

_WINDOW = re.compile(r"_(\d+)d$")


def template_for(output: Output) -> tuple[str, str]:
    """Give the two templates of a feature.

    Returns
    -------
    tuple of str
        The sentence, and the one where the customer has no value.
    """
    window = _WINDOW.search(output.name)
    stem = output.name[: window.start()] if window else output.name
    within = f" in the last {window[1]} days" if window else ""
    for name in (output.name, stem):
        if name in TEMPLATES:
            told, missing = TEMPLATES[name]
            return _windowed(told, window, within), _windowed(missing, window, within)
    subject = re.sub(r",? of the last year(?!')|[{}]|\.(?!\d)", "", output.description).strip()
    return (
        f"{subject}{within}: {{value}}; usually {{reference}}.",
        f"{subject}{within}: not known.",
    )


def _windowed(text: str, window: re.Match[str] | None, within: str) -> str:
    """Put a feature's window into a template: in words, and as the end of the names of its companions."""
    return text.replace("{within}", within).replace("{window}", window[0] if window else "")
