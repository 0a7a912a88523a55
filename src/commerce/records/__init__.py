"""What every workflow stands on: the tables, the ledger, the stream, and the one way to move a state.

Start with `schema` (what is kept), `stream` (the append-only activity stream that features read), `ledger` (the one
conservation law), `machine` (how a status changes) and `work` (one transaction). No workflow is imported here.
"""
