"""Tables of contributions against the definition of Shapley values."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.scoring.samples import grow, rows

from scoring.errors import InvalidPackage
from scoring.tree_tables import Tree, tabulate, trees_component


def goes_left(tree: Tree, node: int, row: NDArray[np.float64]) -> bool:
    value = row[tree.feature[node]]
    return bool(tree.missing_left[node]) if np.isnan(value) else bool(value <= tree.threshold[node])


def expectation(tree: Tree, node: int, row: NDArray[np.float64], known: frozenset[int]) -> float:
    """The tree's value when only some columns are known: path-dependent, straight from the definition."""
    if tree.left[node] < 0:
        return float(tree.value[node])
    children = int(tree.left[node]), int(tree.right[node])
    if int(tree.feature[node]) in known:
        return expectation(tree, children[0 if goes_left(tree, node, row) else 1], row, known)
    return sum(  # type: ignore[no-any-return]
        tree.cover[child] / tree.cover[node] * expectation(tree, child, row, known)
        for child in children
    )


def shapley(tree: Tree, row: NDArray[np.float64]) -> NDArray[np.float64]:
    """Average over every order in which the columns can become known."""
    contributions = np.zeros(len(row))
    orders = list(permutations(range(len(row))))
    for order in orders:
        known: frozenset[int] = frozenset()
        for column in order:
            before = expectation(tree, 0, row, known)
            known |= {column}
            contributions[column] += expectation(tree, 0, row, known) - before
    return contributions / len(orders)


@pytest.mark.parametrize("leaves", [1, 2, 4, 8, 9])
def test_contributions_are_the_shapley_values_of_their_definition(
    random: np.random.Generator, leaves: int
) -> None:
    tree = grow(random, columns=4, leaves=leaves)
    component = trees_component([tree], start=0.0)
    values = rows(random, 12, 4)
    expected = np.array([shapley(tree, row) for row in values])
    found = component.explain(values)[1]
    np.testing.assert_allclose(found, expected, atol=1e-12)
    among_many = component.explain(np.tile(values, (40, 1)))[1]
    assert np.array_equal(among_many, np.tile(found, (40, 1)))


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_tree_of_one_leaf_says_nothing_of_one_row_or_of_many(
    random: np.random.Generator, place: int
) -> None:
    trees = [grow(random, columns=4) for _ in range(2)]
    values = rows(random, 500, 4)
    without = trees_component(trees, start=0.0).explain(values)[1]
    trees.insert(place, grow(random, columns=4, leaves=1))
    component = trees_component(trees, start=0.0)
    assert np.array_equal(component.explain(values)[1], without)
    assert np.array_equal(component.explain(values[:3])[1], without[:3])


@pytest.mark.parametrize("count", [3, 130, 255, 256, 257, 300])
def test_many_trees_and_thresholds_come_to_the_same_for_one_row_and_for_many(
    random: np.random.Generator, count: int
) -> None:
    """Each tree asks one column whether it is at most another number: the leaf says at which it stands."""
    trees = [
        replace(_STUMP, threshold=np.array([place, 0.0, 0.0]), value=random.normal(size=3))
        for place in range(count)
    ]
    component = trees_component(trees, start=0.0)
    values = np.array([[value] for value in [*np.arange(-1, count + 1, 0.5), np.nan]])
    table = np.tile(values, (300 // len(values) + 1, 1))
    leaves = [
        sum(tree.value[1 if goes_left(tree, 0, row) else 2] for tree in trees) for row in values
    ]
    logits, contributions = component.explain(table)
    assert component.logits(table).tobytes() == logits.tobytes()
    np.testing.assert_allclose(component.base + logits[: len(values)], leaves, atol=1e-10)
    for place in range(0, len(values), 7):
        alone = component.explain(values[place : place + 1])
        assert alone[0].tobytes() == logits[place : place + 1].tobytes()
        assert alone[1].tobytes() == contributions[place : place + 1].tobytes()


_STUMP = Tree(
    feature=np.zeros(3, dtype=np.int64),
    threshold=np.zeros(3),
    missing_left=np.zeros(3, dtype=np.bool_),
    left=np.array([1, -1, -1]),
    right=np.array([2, -1, -1]),
    cover=np.array([100.0, 40.0, 60.0]),
    value=np.zeros(3),
)


def test_base_and_contributions_add_up_to_the_leaf(random: np.random.Generator) -> None:
    trees = [grow(random, columns=6) for _ in range(50)]
    component = trees_component(trees, start=0.3)
    values = rows(random, 200, 6)
    everything = frozenset(range(6))
    leaves = [0.3 + sum(expectation(tree, 0, row, everything) for tree in trees) for row in values]
    np.testing.assert_allclose(
        component.base + component.explain(values)[1].sum(axis=1), leaves, atol=1e-11
    )


def test_a_column_the_tree_does_not_test_contributes_nothing(random: np.random.Generator) -> None:
    component = trees_component([grow(random, columns=3)], start=0.0)
    assert not component.explain(rows(random, 50, 5))[1][:, 3:].any()


def test_a_tree_of_more_than_eight_tests_is_refused(random: np.random.Generator) -> None:
    with pytest.raises(InvalidPackage, match="at most 8 tests; got 9"):
        tabulate(grow(random, columns=4, leaves=10))


def test_a_tree_with_an_empty_node_is_refused(random: np.random.Generator) -> None:
    tree = grow(random, columns=4, leaves=2)
    tree.cover[1] = 0
    with pytest.raises(InvalidPackage, match="must have rows in every node"):
        tabulate(tree)


def test_no_trees_are_refused() -> None:
    with pytest.raises(InvalidPackage, match="at least one"):
        trees_component([], start=0.0)
