"""The named baseline: a random forest as scikit-learn makes it, whose trees are too deep for tables."""

from __future__ import annotations

from sklearn.ensemble import RandomForestClassifier


def random_forest(seed: int) -> RandomForestClassifier:
    """A forest of fully grown trees."""
    return RandomForestClassifier(random_state=seed)
