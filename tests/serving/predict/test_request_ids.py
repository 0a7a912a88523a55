"""Ids of requests are random UUIDs, each given once, whoever asks."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

from serving.predict.request_ids import RequestIds


def test_each_id_is_given_once_to_whichever_thread() -> None:
    ids = RequestIds()
    with ThreadPoolExecutor(8) as pool:
        given = list(pool.map(lambda _: ids(), range(5_000)))
    assert len(set(given)) == 5_000
    assert all(uuid.UUID(each).version == 4 for each in given)
