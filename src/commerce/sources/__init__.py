"""What brings records in from outside: importers of files, and simulators.

Start with `transactions` (sales lines of any shop) and `events` (the typed stream itself). Both read their
file through `table` (delimiter, encoding and header found out) and leave every refused row, with its
reason, in a rejects file.
"""
