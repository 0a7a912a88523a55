"""What a version reads of an answer that another one gave, so that it can be asked the same.

Of an answer about a customer the features are those that were kept with it where the candidate reads the same, else
they are computed again as of then; values that a client sent are taken as they were sent.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from commerce.records.tenants import Tenant
from scoring.errors import ScoringError
from scoring.package import Package
from serving.errors import ModelMissing
from serving.predict.customer_values import customer_values
from serving.predict.packages import PackageShelf
from serving.predict.scores import ScoreRow

Floats = NDArray[np.float64]


class Candidate:
    """A version that is asked what others were asked.

    Parameters
    ----------
    shelf : PackageShelf
        Of the versions that answered; of one that is gone, features are computed again.
    package : Package

    Raises
    ------
    PackageMismatch
        If the candidate was trained on features declared otherwise.
    """

    def __init__(self, shelf: PackageShelf, package: Package) -> None:
        self.package = package
        self._served, self._shelf = shelf.serve(package), shelf
        self._alike: dict[str, bool] = {}

    def values(self, connection: Connection, tenant: Tenant, kept: ScoreRow) -> Floats | None:
        """Give what the candidate reads of an answer, NaN where missing; None where that is not known.

        It is not known of values that were sent of other features, or of features declared otherwise.
        """
        if self._reads_the_same(kept.model_version):
            row = (kept.features.get(output.name) for output in self.package.outputs)
            return np.array([math.nan if value is None else value for value in row], np.float64)
        if kept.customer_id is None:
            return None
        return customer_values(
            connection, tenant, kept.customer_id, kept.as_of, self._served, backfills=kept.backfills
        )

    def _reads_the_same(self, label: str) -> bool:
        """Whether all that the candidate reads was kept with the answers of a version; not where that is gone."""
        if label not in self._alike:
            try:
                outputs = self._shelf.stored(label).outputs
            except (ModelMissing, ScoringError):
                outputs = ()
            hashes = {output.name: output.hash for output in outputs}
            self._alike[label] = all(
                hashes.get(output.name) == output.hash for output in self.package.outputs
            )
        return self._alike[label]
