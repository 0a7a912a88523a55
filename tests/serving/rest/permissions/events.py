"""Who may tell of events and read the stream."""

from __future__ import annotations

#                          buyer stranger seller courier admin superadmin
LINES = {
    "GET /api/events":                "403 403 403 403 200 200",
    "POST /api/events":               "403 403 403 403 201 201",
}  # fmt: skip
