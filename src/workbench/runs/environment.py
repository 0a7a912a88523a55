"""What a run's processes find in their environment."""

RUN_FOLDER_VARIABLE = "BELLWETHER_RUN_FOLDER"
"""How a kernel, and whatever it starts, knows which run it belongs to."""
