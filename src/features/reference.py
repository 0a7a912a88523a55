"""The catalogue as a page for people: what every feature means, in what unit, and its value for nobody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from features.declaring.compilation import Catalogue, Output
from features.wording import allowed, empty, event_meanings, family_meanings, inputs_of

_INTRODUCTION = """\
# The features

What `POST /predict/...` takes by values, what training learns from, and what an answer's reasons name. A name that
ends in `_90d` looks at the 90 days before the cutoff; without such an ending it looks back to the first event.
*minor* are whole minor units of the tenant's currency (cents), *share* is between 0 and 1. *Empty* is the value of a
customer without such activity, also where a client leaves the feature out; a dash means not known. *v* is the version
its owner gave it.

`bellwether features show NAME` shows all there is to know of one; `bellwether features docs` writes this page.
"""


def page(catalogue: Catalogue) -> str:
    """Write a catalogue as Markdown: each family with its meaning, owner and events, and one table.

    Returns
    -------
    str
        A page with every visible output once.
    """
    parts, meanings = [_INTRODUCTION], family_meanings()
    for family, found in groupby(catalogue.outputs, key=lambda output: output.family):
        outputs = list(found)
        read = [each for output in outputs for each in (output, *inputs_of(output, catalogue))]
        parts += [f"## {family}", "", *_about(outputs, read, meanings.get(family, "")), ""]
        parts += ["| name | meaning | unit | allowed | empty | v |", "|---|---|---|---|---|---|"]
        parts += [_row(output) for output in outputs]
        parts.append("")
    return "\n".join(parts)


def _about(outputs: Sequence[Output], read: Sequence[Output], meaning: str) -> Iterable[str]:
    """Say what a family is about, whose it is and what it is made of."""
    owners = " and ".join(dict.fromkeys(output.owner for output in outputs if output.owner))
    events = {name: text for output in read for name, text in event_meanings(output).items()}
    if meaning:
        yield f"{meaning} Owner: {owners or 'nobody'}."
    yield (
        "Made of: "
        + "; ".join(f"`{name}` ({text.rstrip('.')})" for name, text in sorted(events.items()))
        + "."
    )


def _row(output: Output) -> str:
    cells = (
        f"`{output.name}`",
        output.description,
        output.unit,
        allowed(output),
        empty(output),
        str(output.version),
    )
    return f"| {' | '.join(cells)} |"
