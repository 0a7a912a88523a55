"""Who may read which models there are: who runs the shop."""

from __future__ import annotations

from pathlib import Path

from tests.serving.rest.people import Shops
from tests.serving.shop import make_real_package

from scoring.published import publish

#                       buyer stranger seller courier admin superadmin
LINES = {
    "GET /models":        "403 403 403 403 200 200",
    "GET /models/{name}": "403 403 403 403 200 200",
}  # fmt: skip


def ids(shops: Shops) -> dict[str, str]:
    """A model of the shop's own."""
    shelf, folder = shops.app.state.serving.shelf, Path(shops.scratch.name) / "models"
    publish(make_real_package("returns"), folder)
    if folder not in shelf.folders:
        shelf.folders = (*shelf.folders, folder)
    return {"name": "returns"}
