"""How many rows of a file may be refused: where more are, the file was read wrongly, and nothing is taken in."""

from __future__ import annotations

from tabular.errors import TableError
from tabular.rejects import Rejects

DEFAULT_SHARE = 0.05
"""The share of rows that may be refused where nothing else is said."""


def check_refused(rejects: Rejects, read: int, allowed: float) -> None:
    """Refuse a file of which too many rows are refused; its rejects file is put in place.

    Parameters
    ----------
    rejects : Rejects
        With all refused rows.
    read : int
        Rows of the file.
    allowed : float
        Share, 0 to 1.

    Raises
    ------
    TableError
        "file must have at most 5 % of its rows refused; got 18 of 19: 18 unknown status ('wc-completed', ...). ..."
    """
    refused = rejects.reasons.total()
    if refused <= allowed * read:
        return
    place = rejects.close()
    said = "; ".join(rejects.said())
    raise TableError(
        f"file must have at most {allowed:.0%} of its rows refused; got {refused:,} of {read:,}: {said}."
        f" Nothing was taken in; all of them {'are' if rejects.keeps else 'would be'} in {place}."
        " Give --allow-refused 1 to take the others all the same."
    )
