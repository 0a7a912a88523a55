"""What evaluators give: values of features, or outcomes, of customers at cutoffs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.declaring.compilation import Catalogue
from features.evaluating.formulas import Floats


@dataclass(frozen=True, kw_only=True)
class FeatureTable:
    """Values of features for customers at cutoffs.

    Parameters
    ----------
    customer_ids : list of str
        32 hex digits, one per row.
    cutoffs : int64 array of shape (n_rows,)
        Epoch microseconds.
    values : float64 array of shape (n_rows, n_outputs)
        NaN where a value is missing.
    absent : tuple of str
        Outputs of which the shop had recorded nothing at all before the last cutoff asked for; their values are
        those of empty windows. See :meth:`features.declaring.compilation.Catalogue.absent`.
    """

    customer_ids: list[str]
    cutoffs: npt.NDArray[np.int64]
    values: Floats
    names: tuple[str, ...]
    absent: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LabelTable:
    """Outcomes of customers after cutoffs, for those the label is about.

    Parameters
    ----------
    customer_ids : list of str
        32 hex digits, one per row.
    cutoffs : int64 array of shape (n_rows,)
        Epoch microseconds.
    labels : int8 array of shape (n_rows,)
        1 where the outcome came about.
    """

    customer_ids: list[str]
    cutoffs: npt.NDArray[np.int64]
    labels: npt.NDArray[np.int8]


def joined(tables: Iterable[FeatureTable], catalogue: Catalogue) -> FeatureTable:
    """Put the tables that an evaluator gives one below another, in little more memory than the result takes.

    Returns
    -------
    FeatureTable
        Without rows, and with every output absent, where there is no table.
    """
    parts = list(tables)
    if len(parts) == 1:
        return parts[0]
    absent = parts[0].absent if parts else catalogue.absent(set())
    customer_ids = [customer for part in parts for customer in part.customer_ids]
    cutoffs = np.concatenate([np.empty(0, np.int64), *(part.cutoffs for part in parts)])
    values: Floats = np.empty((len(catalogue), len(customer_ids))).T
    end = len(customer_ids)
    while parts:  # from the last one on, so that each can go once it is copied
        part = parts.pop()
        values[end - len(part.values) : end] = part.values
        end -= len(part.values)
    return FeatureTable(
        customer_ids=customer_ids,
        cutoffs=cutoffs,
        values=values,
        names=catalogue.names,
        absent=absent,
    )
