"""Every operation of the document is answered with what was asked for, at least once."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine
from tests.serving.rest.granted import granted, open_whole, operations
from tests.serving.rest.matrix import nothing_stays

__all__ = ["nothing_stays"]


@pytest.mark.usefixtures("nothing_stays")
def test_every_operation_of_the_document_is_granted_to_somebody(
    engine: Engine, tmp_path: Path
) -> None:
    shops = open_whole(engine, tmp_path)
    refused = {}
    for route in operations(shops):
        answer = granted(shops, route).send(shops, route)
        if not answer.is_success:
            refused[route] = answer.status_code, answer.text[:200]
    shops.close()
    assert refused == {}
