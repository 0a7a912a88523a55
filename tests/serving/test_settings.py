"""Settings of a server: what is read, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from commerce.records.errors import StoreUnusable
from serving.errors import ServingError
from serving.settings import DoorSettings, ServingSettings
from workbench.settings import Settings


@pytest.mark.parametrize("key", ["sk_live_x", "rk_live_x"])
def test_a_live_stripe_key_starts_no_server_that_debugs(key: str) -> None:
    name = "STRIPE_SECRET_KEY"
    with pytest.raises(
        ServingError, match=r"DEBUG must be false .* a live STRIPE_SECRET_KEY"
    ) as caught:
        DoorSettings.from_env({"DEBUG": "true", name: key})
    assert key not in str(caught.value)
    assert not DoorSettings.from_env({"DEBUG": "false", name: key}).debug
    assert DoorSettings.from_env({"DEBUG": "true", name: "sk_test_x"}).debug


@pytest.mark.parametrize("prefix", ["DATABASE", "DB"])
@pytest.mark.parametrize("engine", ["django.db.backends.postgresql", "postgresql"])
def test_a_store_named_by_its_parts_is_the_one_named_by_its_url(
    tmp_path: Path, prefix: str, engine: str
) -> None:
    values = {"NAME": "shop", "USER": "ann", "PASSWORD": "p:w@d/", "HOST": "db", "PORT": "5433"}
    parts = {f"{prefix}_{name}": value for name, value in {**values, "ENGINE": engine}.items()}
    url = {"DATABASE_URL": "postgresql://ann:p%3Aw%40d%2F@db:5433/shop"}
    home = {"BELLWETHER_HOME": str(tmp_path)}
    for named in (parts, url, {**url, f"{prefix}_NAME": "another"}):
        served = ServingSettings.from_env({**home, **named}, tmp_path).database_url
        assert served == url["DATABASE_URL"]
        assert Settings.from_env({**home, **named}).database_url == served


def test_an_sqlite_file_may_be_named_by_parts_too(tmp_path: Path) -> None:
    named = {
        "BELLWETHER_HOME": str(tmp_path),
        "DATABASE_ENGINE": "django.db.backends.sqlite3",
        "DATABASE_NAME": "shop.db",
    }
    assert ServingSettings.from_env(named, tmp_path).database_url == f"sqlite:///{tmp_path}/shop.db"
    assert Settings.from_env(named).database_url == f"sqlite:///{tmp_path}/shop.db"


@pytest.mark.parametrize(
    ("part", "value", "said"),
    [
        ("ENGINE", "mysql", "name SQLite or PostgreSQL; got 'mysql'"),
        ("PORT", "x", "a whole number; got 'x'"),
    ],
)
def test_a_broken_part_is_refused_in_a_sentence(part: str, value: str, said: str) -> None:
    named = {"DATABASE_NAME": "shop", f"DATABASE_{part}": value}
    with pytest.raises(StoreUnusable, match=said):
        ServingSettings.from_env(named, Path("/srv"))
