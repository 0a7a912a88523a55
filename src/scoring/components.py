"""The forms a scored model is made of: trees, a line, shape functions.

Each gives a row's logit, counted from its `base`, and the contributions that it is made of, one per column: added up
they are the logit but for rounding, which `scoring.scorer` settles.
"""

from __future__ import annotations

from scoring.binned import Binned
from scoring.linear import Linear
from scoring.trees import Trees

Component = Trees | Linear | Binned
