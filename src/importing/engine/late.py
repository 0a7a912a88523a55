"""What an import brings behind something that was computed."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class Late(NamedTuple):
    """Events that came in behind something that was computed."""

    events: int = 0
    first: int | None = None
    """When the first of them, or of those that were backfilled, was known, in microseconds since 1970 UTC."""
    seen: datetime | None = None
    """The latest instant as of which something had been computed."""

    def and_of(self, other: Late) -> Late:
        """Add what a later transaction brought."""
        if other.first is None or self.first is None:
            return self if other.first is None else other
        return Late(self.events + other.events, min(self.first, other.first), other.seen)
