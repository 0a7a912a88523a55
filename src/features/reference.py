"""The catalogue as a page for people: what every feature means, in what unit, and its value for nobody."""

from __future__ import annotations

from itertools import groupby

from features.compilation import Catalogue, Output

_INTRODUCTION = """\
# The features

What `POST /predict/...` takes by values, what training learns from, and what an answer's reasons name. A name that ends in
`_90d` looks at the 90 days before the cutoff; without such an ending it looks back to the first event. *minor* are whole
minor units of the tenant's currency (cents), *share* is between 0 and 1. *Empty* is the value of a customer without such
activity, also where a client leaves the feature out; a dash means not known.
"""


def page(catalogue: Catalogue) -> str:
    """Write a catalogue as Markdown, one table per family.

    Parameters
    ----------
    catalogue : Catalogue

    Returns
    -------
    str
        A page with every visible output once.
    """
    parts = [_INTRODUCTION]
    for family, outputs in groupby(catalogue.outputs, key=lambda output: output.family):
        parts.append(
            f"## {family}\n\n| name | meaning | unit | allowed | empty |\n|---|---|---|---|---|"
        )
        parts += [_row(output) for output in outputs]
        parts.append("")
    return "\n".join(parts)


def _row(output: Output) -> str:
    low = "" if output.minimum is None else f"{output.minimum:g}"
    high = "" if output.maximum is None else f"{output.maximum:g}"
    allowed = f"{low}..{high}" if low or high else "any"
    empty = "-" if output.null is None else f"{output.null:g}"
    return f"| `{output.name}` | {output.description} | {output.unit} | {allowed} | {empty} |"
