"""The records of a shop, and the only writers of its activity stream.

Start with `records`: `records.schema` (what is kept), `records.stream` (the append-only activity stream that features
read), `records.ledger` (the one conservation law) and `records.tenants` (whose records, and what time it is for them).
Every other room is a workflow that stands on it; `ticks` is what the clock moves.
Any workflow refuses by `records.errors`: an id that is not the tenant's or none of the actor's business by `NotFound`,
a role that may not by `Forbidden`, a state in which it cannot happen by `IllegalMove`, what an account does not hold by
`InsufficientFunds`; its docstring names what else it refuses.
Importers and the simulator, which bring records in from outside, are packages of their own: `importing`, `simulation`.
"""
