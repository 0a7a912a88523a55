"""Who may do by hand what the clock does."""

from __future__ import annotations

from functools import lru_cache

from tests.serving.rest.people import Shops
from tests.serving.rest.trade import Trade

#                                            buyer stranger seller courier admin superadmin
LINES = {
    "POST /api/ticks":                                "403 403 403 403 200 200",
    "POST /api/ticks/{transition}/{record_id}":       "403 403 403 403 200 200",
}  # fmt: skip


@lru_cache(maxsize=1)
def ids(shops: Shops) -> dict[str, str]:
    """An auction whose time has come; nothing that is asked of it stays."""
    return {
        "transition": "auctions-started",
        "record_id": Trade(shops).auction(approved=True),
    }
