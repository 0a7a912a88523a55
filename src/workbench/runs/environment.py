"""What a run's processes find in their environment."""

from __future__ import annotations

RUN_FOLDER_VARIABLE = "BELLWETHER_RUN_FOLDER"
"""How a kernel, and whatever it starts, knows which run it belongs to."""
