"""Names of answers, many drawn at once: whenever the system is asked for random bits, another thread may go first."""

from __future__ import annotations

import os

import numpy as np

_DRAWN = 64
_LENGTH = 36
_PLACES_OF_DIGITS = [place for place in range(_LENGTH) if place not in {8, 13, 18, 23}]


def new_request_ids(count: int) -> list[str]:
    """Give so many random UUIDs as text, each as `uuid.uuid4` makes one.

    Examples
    --------
    >>> import uuid
    >>> made = new_request_ids(100)
    >>> len(set(made)), {str(uuid.UUID(each)) for each in made} == set(made)
    (100, True)
    >>> {uuid.UUID(each).version for each in made}
    {4}
    """
    random = np.frombuffer(os.urandom(16 * count), dtype=np.uint8).reshape(count, 16).copy()
    random[:, 6] = random[:, 6] & 0x0F | 0x40  # the version,
    random[:, 8] = random[:, 8] & 0x3F | 0x80  # and the variant
    digits = np.frombuffer(random.tobytes().hex().encode(), dtype=np.uint8).reshape(count, 32)
    text = np.full((count, _LENGTH), ord("-"), dtype=np.uint8)
    text[:, _PLACES_OF_DIGITS] = digits
    written = text.tobytes().decode()
    return [written[first : first + _LENGTH] for first in range(0, len(written), _LENGTH)]


class RequestIds:
    """Gives new ids one by one, to any thread."""

    def __init__(self) -> None:
        self._drawn: list[str] = []

    def __call__(self) -> str:
        """Give a new one."""
        try:
            return self._drawn.pop()
        except IndexError:
            first, *rest = new_request_ids(_DRAWN)
            self._drawn += rest
            return first
