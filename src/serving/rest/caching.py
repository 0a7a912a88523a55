"""Answers to questions are kept for a moment, for who asks the same again while nothing was recorded since."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from fastapi import Response
from pydantic import BaseModel

from serving.cache import Cache


def kept_answer(
    cache: Cache, question: object, make: Callable[[], tuple[BaseModel, str]]
) -> Response:
    """Give an answer that is kept, or make it and keep it; ``X-Cache`` says which.

    Parameters
    ----------
    question : object
        Whatever the answer depends on, whom it is for among it; its ``repr`` counts.
    make : callable
        Gives the answer, and its ``Link`` header or "".
    """
    key = hashlib.sha256(repr(question).encode(errors="backslashreplace")).hexdigest()
    found = cache.get(key)
    if found is None:
        answer, places = make()
        kept = places.encode() + _BREAK + answer.model_dump_json().encode()
        cache.put(key, kept)
    else:
        kept = found
    links, _, body = kept.partition(_BREAK)
    headers = {"X-Cache": "MISS" if found is None else "HIT"}
    if links:
        headers["Link"] = links.decode("latin-1")
    return Response(body, media_type="application/json", headers=headers)


_BREAK = b"\n"
