"""The words features are declared in, and how entries become a checked catalogue."""
