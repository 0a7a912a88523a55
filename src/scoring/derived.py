"""Columns a model reads that are no outputs of the catalogue: what its customers are expected to buy.

They are worked out from outputs of the same row before the components see it. What a component says of one is counted
to an output that it is derived from, so that contributions are told by output and still add up to the logit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.errors import InvalidPackage
from scoring.purchases import ExpectedPurchases, SpendForecast

Floats = NDArray[np.float64]

FIGURES: Mapping[str, Callable[[ExpectedPurchases], Floats]] = {
    "expected_orders": lambda expected: expected.orders,
    "expected_spend": lambda expected: expected.spend,
    "alive_probability": lambda expected: expected.alive,
}
"""What can be derived, each of shape (n_rows,), NaN where it is not known."""


@dataclass(frozen=True, kw_only=True)
class DerivedColumns:
    """Figures of a forecast that stand between a package's outputs for the components to read.

    Parameters
    ----------
    forecast : SpendForecast
        Its inputs are outputs of the package.
    counted_to : mapping of str to str
        For each figure of `FIGURES`, in the order of the columns, the output whose contribution it joins.
    places : tuple of int, rising
        The columns of the figures among those that the components see; the outputs take the others in their order.
    """

    forecast: SpendForecast
    counted_to: Mapping[str, str]
    places: tuple[int, ...]

    def __post_init__(self) -> None:
        unknown = set(self.counted_to) - set(FIGURES)
        if unknown:
            raise InvalidPackage(
                f"derived columns must be among {', '.join(FIGURES)}; got {sorted(unknown)}."
                " Read the package with the version that wrote it."
            )
        rising = sorted({place for place in self.places if place >= 0})
        if len(self.places) != len(self.counted_to) or list(self.places) != rising:
            raise InvalidPackage(
                f"derived columns must have a place each, rising; got {list(self.places)} for"
                f" {', '.join(self.counted_to)}. Export it again."
            )

    @property
    def outputs(self) -> tuple[str, ...]:
        """The outputs it cannot do without."""
        return tuple(dict.fromkeys([*self.forecast.inputs, *self.counted_to.values()]))

    def widen(self, values: Floats, columns: Mapping[str, int]) -> tuple[Floats, ExpectedPurchases]:
        """Put the figures in their place among the outputs.

        Parameters
        ----------
        values : float array of shape (n_rows, n_outputs)
        columns : mapping of str to int
            The column of each output.

        Returns
        -------
        seen : float array of shape (n_rows, n_outputs + n_figures)
        expected : ExpectedPurchases
            What the figures were worked out of.
        """
        expected = self.forecast.expect(values[:, [columns[name] for name in self.forecast.inputs]])
        figures = [FIGURES[name](expected) for name in self.counted_to]
        seen = np.empty((len(values), values.shape[1] + len(self.places)))
        begin = 0  # column by column between the figures: quicker than by a list of columns
        for before, (place, figure) in enumerate(zip(self.places, figures, strict=True)):
            seen[:, begin:place] = values[:, begin - before : place - before]
            seen[:, place] = figure
            begin = place + 1
        seen[:, begin:] = values[:, begin - len(self.places) :]
        return seen, expected

    def narrow(self, contributions: Floats, columns: Mapping[str, int]) -> Floats:
        """Count the contributions of the figures to outputs.

        Parameters
        ----------
        contributions : float array of shape (n_rows, n_outputs + n_figures)
        columns : mapping of str to int
            The column of each output.

        Returns
        -------
        float array of shape (n_rows, n_outputs)
        """
        told = contributions[:, self._others(contributions.shape[1])].copy()
        for place, output in zip(self.places, self.counted_to.values(), strict=True):
            told[:, columns[output]] += contributions[:, place]
        return told

    def _others(self, width: int) -> NDArray[np.intp]:
        """The columns of the outputs among those that the components see."""
        return _but(self.places, width)

    def as_dict(self) -> dict[str, Any]:
        """Write it in plain numbers and words, as JSON holds them in any order of keys.

        Returns
        -------
        dict
        """
        return {
            "forecast": self.forecast.as_dict(),
            "counted_to": [list(pair) for pair in self.counted_to.items()],
            "places": list(self.places),
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> DerivedColumns:
        """Read what `as_dict` wrote, equal in every bit.

        Parameters
        ----------
        content : mapping

        Returns
        -------
        DerivedColumns
        """
        return cls(
            forecast=SpendForecast.from_dict(content["forecast"]),
            counted_to=dict(content["counted_to"]),
            places=tuple(content["places"]),
        )


@cache
def _but(places: tuple[int, ...], width: int) -> NDArray[np.intp]:
    return np.delete(np.arange(width), places)


def figures_of(forecast: SpendForecast, inputs: Floats, names: tuple[str, ...]) -> Floats:
    """Work figures out.

    Parameters
    ----------
    forecast : SpendForecast
    inputs : float array of shape (n_rows, n_inputs)
        As `SpendForecast.expect` takes them.
    names : tuple of str
        Among `FIGURES`, at least one.

    Returns
    -------
    float array of shape (n_rows, n_names)
    """
    expected = forecast.expect(inputs)
    return np.stack([FIGURES[name](expected) for name in names], axis=1)
