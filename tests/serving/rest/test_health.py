"""The probes as the application answers them without BentoML."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine
from tests.serving.shop import OPEN, Client

from serving.app import make_app
from serving.predict.asking import AppState


def test_a_server_is_not_ready_while_its_store_is_down(
    make_state: Callable[..., AppState], engine: Engine
) -> None:
    state = make_state(engine)
    assert engine.url.database is not None
    Path(engine.url.database).unlink()
    response = Client(make_app(state, door=OPEN)).get("/readyz")
    assert response.status_code == 503
    assert "record store must answer" in response.json()["detail"]
