"""History from outside: importers of files.

Start with `transactions` (sales lines of any shop), `events` (the typed stream itself), `olist` (a marketplace's nine
files) or `bids` (auctions, closed anew by our own rules). All stand on one `engine`, read their
files through `tabular` (delimiter, encoding and header found out) and leave every refused row, with its reason, in a
rejects file. `fixtures` are no history: they are loaded through the doors of a shop that runs.
"""
