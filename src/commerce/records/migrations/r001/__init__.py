"""What the first revision makes, written out and frozen: the schema goes on changing, this never does.

Nothing of `commerce.records.schema` is read but how a value is kept (`Instant`, `ExactDecimal`, documents, keys) and
how constraints are named.
"""
