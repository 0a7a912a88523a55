"""The activity stream itself, so that history of any origin can come in."""
