"""Revisions of the record store, oldest first."""
