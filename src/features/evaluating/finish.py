"""From integer partial aggregates to values: one arithmetic for one row and for many.

Guarantees: every evaluator hands its partial aggregates to this module, and the formulas of
:mod:`features.evaluating.formulas` go element by element, so the same partial aggregates give the same bits
whether they come alone or among a million. Partial aggregates must be smaller than 2^53 in size, so that float64
holds each exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from features.declaring.compilation import Catalogue, Output
from features.declaring.operators import OPERATORS
from features.errors import PartialTooLarge
from features.evaluating.formulas import FORMULAS, Flags, Floats, Integers, Operands

LIMIT = 2**53
"""Where float64 stops holding every integer."""


_BLOCK = 1_024
"""Rows that are finished together: few enough to stay in the processor's cache."""


def finish(
    catalogue: Catalogue, partials: Integers, missing: Flags, out: Floats | None = None
) -> Floats:
    """Turn partial aggregates into the values of a catalogue's outputs.

    Parameters
    ----------
    partials : int64 array of shape (n_rows, n_partials)
        In the order of ``catalogue.partials``.
    missing : bool array of the same shape
        True where a partial aggregate has no value (the largest of no rows); what ``partials`` holds there does
        not matter.
    out : float64 array of shape (n_rows, n_outputs), optional
        Where to put the values; a new array by default.

    Returns
    -------
    float64 array of shape (n_rows, n_outputs)
        In the order of ``catalogue.outputs``; NaN where a value is missing.

    Raises
    ------
    PartialTooLarge
        "partial aggregate ... must be smaller than 2^53 in size; got ..."
    """
    plan = _plan(catalogue)
    values = np.empty((len(catalogue), len(partials))).T if out is None else out
    for start in range(0, len(partials), _BLOCK):
        rows = slice(start, start + _BLOCK)
        block = np.where(missing[rows].T, 0, partials[rows].T)
        if block.size and (block.max() >= LIMIT or block.min() <= -LIMIT):
            place, row = np.argwhere((block >= LIMIT) | (block <= -LIMIT))[0]
            raise PartialTooLarge(catalogue.partials[place].text, int(block[place, row]))
        values[rows] = _finished(plan, block.astype(np.float64), missing[rows].T).T
    return values


def _finished(plan: _Plan, partials: Floats, missing: Flags) -> Floats:
    """Give the values of a block; here, and from here on, a row of an array is a partial aggregate or an output."""
    values = np.empty((plan.width, partials.shape[1]))
    with np.errstate(divide="ignore", invalid="ignore"):
        for step in plan.steps:
            operands = (values if step.derived else partials)[step.operands]
            lacking = np.isnan(operands) if step.derived else missing[step.operands]
            given = Operands(operands, lacking, step.divisor, step.limits)
            result, empty = FORMULAS[step.formula](given)
            values[step.targets] = np.where(empty, step.null, result)
    return values[plan.visible]


@dataclass(frozen=True, kw_only=True)
class _Step:
    """Outputs that are finished together, by the same formula."""

    formula: str
    derived: bool
    targets: slice
    operands: npt.NDArray[np.intp]
    """Of shape (n_operands, n_targets), places among partial aggregates or, where `derived`, among values."""
    divisor: Floats
    null: Floats
    limits: Floats


@dataclass(frozen=True)
class _Plan:
    """Steps in an order in which inputs come first, how many values they give, and which to show."""

    steps: tuple[_Step, ...]
    width: int
    visible: npt.NDArray[np.intp]


@lru_cache(maxsize=64)
def _plan(catalogue: Catalogue) -> _Plan:
    """Group a catalogue's outputs by depth and formula; values lie in the order of the steps."""
    partial_at = {partial: index for index, partial in enumerate(catalogue.partials)}
    output_at: dict[str, int] = {}
    depth: dict[str, int] = {}
    groups: dict[tuple[int, str], list[Output]] = {}
    for output in catalogue.evaluated:
        depth[output.name] = max((depth[needed] + 1 for needed in output.inputs), default=0)
        formula = OPERATORS[output.kind].finish
        groups.setdefault((depth[output.name], formula), []).append(output)
    steps = []
    for (level, formula), outputs in sorted(groups.items(), key=lambda group: group[0]):
        begin = len(output_at)
        output_at |= {output.name: place for place, output in enumerate(outputs, begin)}
        places = [
            [output_at[needed] for needed in output.inputs]
            if level
            else [partial_at[partial] for partial in output.partials]
            for output in outputs
        ]
        steps.append(
            _Step(
                formula=formula,
                derived=level > 0,
                targets=slice(begin, len(output_at)),
                operands=np.array(places).T.copy(),
                divisor=np.array([[float(OPERATORS[output.kind].divisor)] for output in outputs]),
                null=np.array(
                    [[np.nan if output.null is None else output.null] for output in outputs]
                ),
                limits=_limits(outputs),
            )
        )
    visible = np.array([output_at[name] for name in catalogue.names], dtype=np.intp)
    return _Plan(tuple(steps), len(output_at), visible)


def _limits(outputs: Sequence[Output]) -> Floats:
    """The limits of thresholds, one after the other; where one has fewer, none is out of reach."""
    most = max(len(output.limits) for output in outputs)
    return np.array(
        [
            [[output.limits[place] if place < len(output.limits) else np.inf] for output in outputs]
            for place in range(most)
        ]
    )
