"""The branch ``serving``, which builds on the record store's."""
