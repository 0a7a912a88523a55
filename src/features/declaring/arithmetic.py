"""What a quotient, a difference, a share and a threshold say of what they are made of, and the other way round."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from features.declaring.beliefs import Belief, Beliefs, Rule
from features.declaring.compilation import Output


def derived(known: Mapping[str, Output]) -> Iterator[tuple[tuple[str, ...], Rule]]:
    """What is derived follows from its inputs, and bounds them."""
    for output in known.values():
        if not output.inputs:
            continue
        names = (output.name, *output.inputs)
        why = f"{output.name} follows from {' and '.join(output.inputs)}."
        positive = all((known[name].minimum or 0) >= 0 for name in names)
        first, last = output.inputs[0], output.inputs[-1]
        if output.kind == "ratio" and positive:
            yield names, quotient(output.name, first, last, why)
        elif output.kind == "difference":
            yield names, _difference(output.name, first, last, why)
        elif output.kind == "share":
            yield names, _share(output.name, first, last, why)
        elif output.kind == "threshold":
            yield names, _threshold(output.name, first, output.limits, why)


def quotient(name: str, top: str, bottom: str, why: str) -> Rule:
    """Hold an output, and the two that it is the quotient of, within each other's bounds; none below 0."""

    def rule(known: Beliefs) -> None:
        result, above, below = known[name], known[top], known[bottom]
        null = known.outputs[name].null
        if result.there_by is not None or (null == 0 and result.low > 0):
            by = result.there_by or result.low_by
            known.there(top, by, why)
            known.there(bottom, by, why)
            if known.outputs[bottom].dtype == "int":
                known.at_least(bottom, 1, by, why)
        for needed in (above, below):
            if needed.lacks_by is not None:
                known.lack(name, needed.lacks_by, why)
        if below.high <= 0 and below.high_by:
            known.lack(name, below.high_by, why)
            return
        if result.lacks_by is not None or above.lacks_by or below.lacks_by:
            return
        sent = name in (result.low_by, result.high_by)  # of a value itself, less its rounding
        if below.low > 0:
            if _is_there(known, top) and _is_there(known, bottom):
                known.there(name, above.low_by or below.low_by, why)
            if above.high_by or below.low_by:
                by = above.high_by or below.low_by
                known.at_most(name, above.high / below.low, by, why)
            if above.low > 0 and math.isfinite(below.high):
                known.at_least(name, above.low / below.high, above.low_by or below.high_by, why)
            if sent and result.low > 0:
                known.at_least(top, result.low * below.low, result.low_by, why)
            if sent and math.isfinite(below.high) and math.isfinite(result.high):
                known.at_most(top, result.high * below.high, result.high_by, why)
        if sent and above.low > 0 and 0 < result.high < math.inf:
            known.at_least(bottom, above.low / result.high, above.low_by or result.high_by, why)
        if sent and result.low > 0 and math.isfinite(above.high):
            known.at_most(bottom, above.high / result.low, above.high_by or result.low_by, why)
        if sent and result.high <= 0 and _is_there(known, name):
            known.at_most(top, 0, name, why)

    return rule


def _is_there(known: Beliefs, name: str) -> bool:
    return known.outputs[name].null is not None or known[name].there_by is not None


def _difference(name: str, whole: str, less: str, why: str) -> Rule:
    def rule(known: Beliefs) -> None:
        result, above, below = known[name], known[whole], known[less]
        for needed in (above, below):
            if needed.lacks_by is not None:
                known.lack(name, needed.lacks_by, why)
        if result.there_by is not None:
            known.there(whole, result.there_by, why)
            known.there(less, result.there_by, why)
        if result.lacks_by is not None or above.lacks_by or below.lacks_by:
            return
        if _is_there(known, whole) and _is_there(known, less):
            known.there(name, above.there_by or below.there_by or whole, why)
        hold_between(
            known, name, (above.low - below.high, above.high - below.low), above, below, why
        )
        hold_between(
            known, whole, (result.low + below.low, result.high + below.high), result, below, why
        )
        hold_between(
            known, less, (above.low - result.high, above.high - result.low), above, result, why
        )

    return rule


def hold_between(
    known: Beliefs, name: str, bounds: tuple[float, float], one: Belief, other: Belief, why: str
) -> None:
    """Hold an output between bounds that come of two others."""
    low, high = bounds
    if math.isfinite(low):
        known.at_least(name, low, one.low_by or other.low_by or other.high_by, why)
    if math.isfinite(high):
        known.at_most(name, high, one.high_by or other.high_by or other.low_by, why)


def _share(name: str, part: str, rest: str, why: str) -> Rule:
    def rule(known: Beliefs) -> None:
        result, mine, others = known[name], known[part], known[rest]
        if mine.high <= 0 and others.high <= 0:
            known.lack(name, mine.high_by or others.high_by, why)
            return
        if result.lacks_by is not None:
            known.lack(part, result.lacks_by, why)
            known.lack(rest, result.lacks_by, why)
            return
        if result.low > 0:
            known.at_least(part, 1, result.low_by, why)
        if result.high < 1 and (result.there_by or result.low > 0):
            known.at_least(rest, 1, result.high_by, why)
        if mine.low + others.low > 0:
            known.there(name, mine.low_by or others.low_by, why)
            if mine.low > 0 and math.isfinite(others.high):
                known.at_least(name, mine.low / (mine.low + others.high), mine.low_by, why)
            if math.isfinite(mine.high) and mine.high + others.low > 0:
                by = mine.high_by or others.low_by
                known.at_most(name, mine.high / (mine.high + others.low), by, why)
            sent = name in (result.low_by, result.high_by)
            if sent and 0 < result.low < 1:
                known.at_least(part, others.low * result.low / (1 - result.low), result.low_by, why)
            if sent and 0 < result.high < 1:
                known.at_least(
                    rest, mine.low * (1 - result.high) / result.high, result.high_by, why
                )

    return rule


def _threshold(name: str, of: str, limits: Sequence[float], why: str) -> Rule:
    def reached(value: float) -> int:
        return sum(value >= limit for limit in limits)

    def rule(known: Beliefs) -> None:
        band, looked_at = known[name], known[of]
        if looked_at.lacks_by is not None:
            known.lack(name, looked_at.lacks_by, why)
        if band.there_by is not None:
            known.there(of, band.there_by, why)
        if looked_at.there_by is not None:
            known.there(name, looked_at.there_by, why)
        if band.lacks_by is not None:
            known.lack(of, band.lacks_by, why)
        if looked_at.lacks_by is not None or band.lacks_by is not None:
            return
        if looked_at.low_by:
            known.at_least(name, reached(looked_at.low), looked_at.low_by, why)
        if looked_at.high_by:
            known.at_most(name, reached(looked_at.high), looked_at.high_by, why)
        if band.low_by and band.low >= 1:
            known.at_least(of, limits[int(band.low) - 1], band.low_by, why)
        if band.high_by and band.high < len(limits):
            known.at_most(of, limits[int(band.high)], band.high_by, why)

    return rule
