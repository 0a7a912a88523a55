"""Features and labels declared once as data, and the evaluators that compute them without leaks.

Declare with :mod:`features.declaration`; the shop's own are in :mod:`features.catalogue`. Over many
customers they are evaluated by :mod:`features.duckdb_evaluator` on a snapshot, over one customer by
:mod:`features.online`; both give integer states to :mod:`features.finish`, so they agree to the bit.
"""
