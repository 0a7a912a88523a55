"""What can go wrong with an import, beyond the reading of its file."""

from commerce.records.errors import CommerceError
from tabular.errors import TableError


class SourceError(CommerceError, TableError):
    """A file that can be read but not imported as asked; nothing was written."""
