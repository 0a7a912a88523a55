"""Who may do what with pictures: of a seller's mug; the forms are empty."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from tests.serving.rest.goods import behind, lasting_mug
from tests.serving.rest.people import Shops

from commerce.catalogue import images

#                                              buyer stranger seller courier admin superadmin
LINES = {
    "GET /api/products/{product_id}/images":    "200 200 200 200 200 200",
    "POST /api/products/{product_id}/images":   "404 404 201 404 201 201",
    "POST /api/products/{product_id}/upload-image": "404 404 422 404 422 422",
    "PUT /api/products/{product_id}/images/order": "404 404 200 404 200 200",
    "GET /api/images/{image_id}":               "200 200 200 200 200 200",
    "DELETE /api/images/{image_id}":            "404 404 204 404 204 204",
}  # fmt: skip


@lru_cache(maxsize=1)
def ids(shops: Shops) -> dict[str, str]:
    """A mug with a picture."""
    mug = lasting_mug(shops)
    with behind(shops).work() as work:
        files = [{"width": 1, "height": 1, "name": f"{'0' * 64}.webp"}]
        image = images.add(work, UUID(mug["product_id"]), files)
    return {"product_id": mug["product_id"], "image_id": str(image)}


def bodies(shops: Shops, number: int) -> dict[str, object]:
    """The pictures there are."""
    return {"PUT /api/products/{product_id}/images/order": {"images": [ids(shops)["image_id"]]}}
