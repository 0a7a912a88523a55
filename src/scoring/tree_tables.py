"""Exact TreeSHAP of small trees, written out as one table per tree.

A tree with m tests sees a row only through the pattern of those tests, so there are at most 2^m different
explanations. They are computed once, at export: the path-dependent Shapley values of Lundberg et al. (2018,
arXiv:1802.03888), where a feature outside the coalition sends a row down both branches in proportion to the
training rows that took them. For one leaf that game is a product over the features on its path, each being
either the test result (in the coalition) or the share of rows (outside), so all coalitions of a leaf are one
array built by doubling, and its Shapley values one product with a fixed matrix.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import factorial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.errors import InvalidPackage
from scoring.trees import Trees

Floats = NDArray[np.float64]

MAX_TESTS = 8
"""The most tests a tree may have: its pattern is one byte."""


@dataclass(frozen=True, kw_only=True)
class Tree:
    """One binary regression tree, node 0 being its root.

    A row goes left where `value <= threshold`, or where the value is missing and `missing_left` says so.

    Parameters
    ----------
    feature : int array of shape (n_nodes,)
        Column tested; ignored for leaves.
    threshold : float array of shape (n_nodes,)
    missing_left : bool array of shape (n_nodes,)
    left, right : int array of shape (n_nodes,)
        Children; -1 marks a leaf.
    cover : float array of shape (n_nodes,)
        Training rows (or weight) that reached the node, > 0.
    value : float array of shape (n_nodes,)
        What a leaf adds to the logit.
    """

    feature: NDArray[np.int64]
    threshold: Floats
    missing_left: NDArray[np.bool_]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    cover: Floats
    value: Floats

    @property
    def tests(self) -> list[int]:
        """The nodes that test a feature, in the order of their bits."""
        return [node for node in range(len(self.left)) if self.left[node] >= 0]


@dataclass(frozen=True, kw_only=True)
class TreeTable:
    """Every explanation of one tree.

    Parameters
    ----------
    expected : float
        Mean of the tree over its training rows: the value of the empty coalition.
    features : tuple of int
        Columns the tree tests, ascending.
    contributions : float array of shape (len(features), 2 ** n_tests)
        Shapley value of each feature under each pattern; bit i of a pattern is set where test i goes left.
    """

    expected: float
    features: tuple[int, ...]
    contributions: Floats


def tabulate(tree: Tree) -> TreeTable:
    """Write out the contributions of every comparison pattern of a tree.

    For every pattern, `expected` plus the sum of the contributions is the value of the leaf it leads to.

    Raises
    ------
    InvalidPackage
        "tree must have at most 8 tests; got ..."
    """
    tests = tree.tests
    if len(tests) > MAX_TESTS:
        raise InvalidPackage(
            f"tree must have at most {MAX_TESTS} tests; got {len(tests)}."
            " Fit with max_leaf_nodes of 9 or less."
        )
    if any(tree.cover[node] <= 0 for node in range(len(tree.left))):
        raise InvalidPackage(
            "tree must have rows in every node; got an empty one. Fit without empty leaves."
        )
    patterns = np.arange(2 ** len(tests), dtype=np.int64)
    goes_left = {node: (patterns >> bit) & 1 == 1 for bit, node in enumerate(tests)}
    features = tuple(sorted({int(tree.feature[node]) for node in tests}))
    contributions = np.zeros((len(features), len(patterns)))
    expected = 0.0
    for leaf, path in _leaves(tree):
        shares: dict[int, float] = {}
        taken: dict[int, NDArray[np.bool_]] = {}
        for node, is_left in path:
            column = int(tree.feature[node])
            child = tree.left[node] if is_left else tree.right[node]
            share = float(tree.cover[child]) / float(tree.cover[node])
            shares[column] = shares.get(column, 1.0) * share
            passes = goes_left[node] if is_left else ~goes_left[node]
            taken[column] = passes & taken[column] if column in taken else passes
        columns = sorted(shares)
        value = float(tree.value[leaf])
        coalitions = np.full((len(patterns), 1), value)
        for column in columns:
            inside = coalitions * taken[column][:, None]
            coalitions = np.concatenate([coalitions * shares[column], inside], axis=1)
        expected += float(coalitions[0, 0])
        shapley = coalitions @ _shapley_matrix(len(columns))
        for position, column in enumerate(columns):
            contributions[features.index(column)] += shapley[:, position]
    return TreeTable(expected=expected, features=features, contributions=contributions)


def _leaves(tree: Tree) -> list[tuple[int, list[tuple[int, bool]]]]:
    """Each leaf with its path: the tests from the root, and whether each was passed to the left."""
    found: list[tuple[int, list[tuple[int, bool]]]] = []
    waiting: list[tuple[int, list[tuple[int, bool]]]] = [(0, [])]
    while waiting:
        node, path = waiting.pop()
        if tree.left[node] < 0:
            found.append((node, path))
        else:
            waiting.append((int(tree.right[node]), [*path, (node, False)]))
            waiting.append((int(tree.left[node]), [*path, (node, True)]))
    return found


@cache
def _shapley_matrix(players: int) -> Floats:
    """The linear map from the values of all coalitions (bit i: player i is in) to Shapley values."""
    matrix = np.zeros((2**players, players))
    for coalition in range(2**players):
        size = coalition.bit_count()
        for player in range(players):
            if coalition >> player & 1:
                weight = factorial(size - 1) * factorial(players - size) / factorial(players)
            else:
                weight = -factorial(size) * factorial(players - size - 1) / factorial(players)
            matrix[coalition, player] = weight
    return matrix


def trees_component(trees: Sequence[Tree], *, start: float, weight: float = 1.0) -> Trees:
    """Tabulate boosted trees into a component.

    Parameters
    ----------
    trees : sequence of Tree
        At least one, each of at most eight tests.
    start : float
        The logit boosting started from.
    weight : float, default 1
        What the component counts for in a blend.

    Raises
    ------
    InvalidPackage
        "trees must be at least one; got 0. ..."
    """
    if not trees:
        raise InvalidPackage("trees must be at least one; got 0. Fit for more iterations.")
    n_tests = MAX_TESTS * len(trees)
    feature = np.zeros(n_tests, dtype=np.int64)
    threshold = np.full(n_tests, np.nan)
    missing_left = np.zeros(n_tests, dtype=np.bool_)
    base, explained = float(start), [tabulate(tree) for tree in trees]
    for index, (tree, table) in enumerate(zip(trees, explained, strict=True)):
        first, nodes = index * MAX_TESTS, tree.tests
        feature[first : first + len(nodes)] = tree.feature[nodes]
        threshold[first : first + len(nodes)] = tree.threshold[nodes]
        missing_left[first : first + len(nodes)] = tree.missing_left[nodes]
        base += table.expected
    return Trees(
        weight=weight,
        base=base,
        feature=feature,
        threshold=threshold,
        missing_left=missing_left,
        **lay_out([(table.features, table.contributions) for table in explained]),
    )


def lay_out(tables: Sequence[tuple[Sequence[int], Floats]]) -> dict[str, Any]:
    """Put the tables of all trees into one, where what a tree says under one pattern is read at once.

    Parameters
    ----------
    tables : sequence of (sequence of int, float array of shape (n_told, n_patterns))
        Of each tree the columns that it tells of, and what it says of each under every pattern.

    Returns
    -------
    dict of str to array
        `told`, `first` and `said`, as `Trees` has them.
    """
    lengths = np.array([said.shape[1] for _, said in tables], dtype=np.int64)
    first = np.cumsum(lengths) - lengths
    widest = max(len(columns) for columns, _ in tables)
    told = np.full((len(tables), widest), -1, dtype=np.int64)
    table = np.zeros((int(lengths.sum()), widest))
    for tree, (columns, said) in enumerate(tables):
        told[tree, : len(columns)] = columns
        table[first[tree] : first[tree] + said.shape[1], : len(columns)] = said.T
    return {"told": told, "first": first, "said": table}
