"""Whether a server may be asked, in sentences."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine
from tests.serving.shop import SHOP, make_package, make_stale

from scoring.published import publish
from serving.predict.asking import AppState
from serving.predict.readiness import obstacles
from serving.predict.store import RecordStore


def test_a_server_is_ready_with_a_sound_package_and_a_store_that_answers(
    make_state: Callable[..., AppState], engine: Engine, tmp_path: Path
) -> None:
    assert obstacles(make_state()) == []
    assert obstacles(make_state(engine)) == []
    publish(make_stale(make_package()), tmp_path / "stale")
    (only,) = obstacles(make_state(folder=tmp_path / "stale"))
    assert "was refused" in only
    assert SHOP.names[0] in only


def test_an_empty_database_is_named_as_such(
    make_state: Callable[..., AppState], engine: Engine, tmp_path: Path
) -> None:
    (tmp_path / "empty.db").touch()
    store = RecordStore(f"sqlite:///{tmp_path / 'empty.db'}")
    state = AppState(shelf=make_state().shelf, store=store, now=make_state().now)
    (only,) = obstacles(state)
    store.close()
    assert "no such table: tenant" in only
