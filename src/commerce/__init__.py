"""The records of a shop, and the only writers of its activity stream.

Start with `schema` (what is kept), `stream` (the append-only activity stream that features read),
`ledger` (the one conservation law) and `tenants` (whose records, and what time it is for them).
Importers and the simulator, which bring records in from outside, live in `sources`.
"""
