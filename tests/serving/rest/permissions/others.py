"""Routes that ask for nothing, and those that answer without the records."""

from __future__ import annotations

#                           buyer stranger seller courier admin superadmin
LINES = {
    "POST /predict/{model}": "403 403 403 403 503 503",  # there is no package
}
PUBLIC = {"GET /livez": "200", "GET /readyz": "503"}


def ids(shops: object) -> dict[str, str]:
    """A model that nobody has."""
    return {"model": "churn"}


def bodies(shops: object, number: int) -> dict[str, object]:
    """A question about the own shop."""
    return {"POST /predict/{model}": {"tenant": "acme", "features": {"orders_90d": 1}}}
