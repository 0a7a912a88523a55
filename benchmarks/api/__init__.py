"""The API beside the same by hand."""
