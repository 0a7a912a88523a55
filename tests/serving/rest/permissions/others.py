"""Routes that ask for nothing, and those that answer without the records."""

from __future__ import annotations

#                           buyer stranger seller courier admin superadmin
LINES = {
    "POST /predict/{model}": "403 403 403 403 503 503",  # there is no package
    "POST /predict/{model}/batch": "403 403 403 403 503 503",
    "POST /explain/{model}": "403 403 403 403 503 503",
}
PUBLIC = {"GET /livez": "200", "GET /readyz": "503"}


def ids(shops: object) -> dict[str, str]:
    """A model that nobody has."""
    return {"model": "churn"}


def bodies(shops: object, number: int) -> dict[str, object]:
    """A question about the own shop."""
    asked = {"tenant": "acme", "features": {"orders_90d": 1}}
    many = {"tenant": "acme", "rows": [{"features": {"orders_90d": 1}}]}
    return {
        "POST /predict/{model}": asked,
        "POST /predict/{model}/batch": many,
        "POST /explain/{model}": asked,
    }
