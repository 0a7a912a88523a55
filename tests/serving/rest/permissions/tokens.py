"""Logging in and out: who does it shows a password, not a role."""

from __future__ import annotations

#                        buyer stranger seller courier admin superadmin
LINES = {
    "GET /api/session":    "200 200 200 200 200 200",
    "DELETE /api/session": "204 204 204 204 204 204",
    "POST /api/logout":    "204 204 204 204 204 204",
}  # fmt: skip
PUBLIC = {
    "POST /api/token": "401",
    "POST /api/token/refresh": "401",
    "POST /api/token/revoke": "204",
    "POST /api/session": "401",
}
