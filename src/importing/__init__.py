"""What brings records in from outside: importers of files.

Start with `transactions` (sales lines of any shop), `events` (the typed stream itself), `olist` (a marketplace's nine
files) or `bids` (auctions, closed anew by our own rules). All read their files through `tables` (delimiter, encoding
and header found out) and leave every refused row, with its reason, in a rejects file.
"""
