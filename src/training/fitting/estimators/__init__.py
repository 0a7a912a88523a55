"""The estimators that compete: scikit-learn classifiers that take features as float64, NaN where missing.

Linear models, boosted trees, scorecards, explainable boosting machines, and blends of their logits can be written
down as a decision package, and so can any histogram gradient boosting of trees that are small enough. Other
classifiers compete, but cannot be published.
"""

from training.fitting.estimators.blend import LogitBlend, as_blend, is_linear, obstacle
from training.fitting.estimators.boosted import BoostedTrees, boosted_trees
from training.fitting.estimators.explainable import ExplainableBoosting
from training.fitting.estimators.linear import ValueTransform, linear_model, plain_logistic
from training.fitting.estimators.scorecard import Scorecard
from training.fitting.estimators.shapes import ShapeFunctions

__all__ = [
    "BoostedTrees",
    "ExplainableBoosting",
    "LogitBlend",
    "Scorecard",
    "ShapeFunctions",
    "ValueTransform",
    "as_blend",
    "boosted_trees",
    "is_linear",
    "linear_model",
    "obstacle",
    "plain_logistic",
]
