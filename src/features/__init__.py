"""Features and labels declared once as data, and the evaluators that compute them without leaks.

Declare with :mod:`features.declaring.declaration`; the shop's own are in :mod:`features.catalogue`. Over many
customers they are evaluated by :mod:`features.evaluating.duckdb_evaluator` on a snapshot, over one customer by
:mod:`features.evaluating.online`; both give integer partial aggregates to
:mod:`features.evaluating.finish`, so they agree to the bit.
"""
