"""What a training came to, as notebooks and tables read it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class TrainingResult:
    """What training came to.

    Parameters
    ----------
    model, name, version, label : str
        "churn", "demo.churn", "1", "demo.churn/1".
    promoted : bool
    gates : str
        "gates 4/4", or what refuses, or "same as champion ..., gates 4/4".
    refusals : tuple of str
    auc, brier, base_rate, baseline_auc : float
        Out of time.
    candidate : str
        What cross-validation chose.
    n_train, n_test : int
    run_id : str
    package : str or None
        Folder of the published package.
    notes : tuple of str
        What was done to the model that cross-validation chose, a sentence each.
    why : str
        What it became champion for: the difference to the champion before, on the same rows, with its interval.
    renews : str or None
        Label of the champion whose fitted model goes on under today's decision.
    renewed : str or None
        Label under which it goes on.
    """

    model: str
    name: str
    version: str
    label: str
    promoted: bool
    gates: str
    refusals: tuple[str, ...]
    auc: float
    brier: float
    base_rate: float
    baseline_auc: float
    candidate: str
    n_train: int
    n_test: int
    run_id: str
    package: str | None
    notes: tuple[str, ...] = ()
    why: str = ""
    renews: str | None = None
    renewed: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The result in JSON's own types.

        Returns
        -------
        dict of str to Any
            Ready for JSON.
        """
        return asdict(self) | {"refusals": list(self.refusals), "notes": list(self.notes)}
