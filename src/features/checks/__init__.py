"""Great Expectations over feature tables and the raw stream, generated from the declarations.

The only package that knows Great Expectations. Its context lives in memory, sends nothing anywhere, and
draws no progress bars. A broken critical expectation stops a run, a broken warning is shown; either way the
last run's Data Docs say which feature, how many rows, and three of them.
"""

from features.checks.stream import check_stream
from features.checks.suite import check
from features.checks.validation import CheckResult, Failure

__all__ = ["CheckResult", "Failure", "check", "check_stream"]
