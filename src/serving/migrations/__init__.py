"""Alembic migrations of serving's own tables."""
