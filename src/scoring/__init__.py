"""The decision package: how a fitted model is written down, read, scored and explained.

Start with `package` (what a package holds), `files` (how it lies on disk), `scorer` (the one scorer) and
`decisions` (the whole answer for a customer). `tree_tables` and `components` are the arithmetic below;
`rules`, `scale`, `wording` and `reasons` turn numbers into what people read. Needs numpy only.
`predict_churn` is what a program asks that has a bank's records at hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scoring.bank_churn import predict_churn

__all__ = ["predict_churn"]


def __getattr__(name: str) -> Any:
    """Import `predict_churn` once it is asked for: whatever imports a part of this imports this first."""
    if name != "predict_churn":
        raise AttributeError(f"module 'scoring' has no attribute {name!r}")
    from scoring.bank_churn import predict_churn

    return predict_churn
