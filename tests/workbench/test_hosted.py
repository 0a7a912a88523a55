"""A service of one's own: in a home of its own, and what fails is told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from workbench.errors import HostedFailed
from workbench.hosted import Hosted


def test_a_command_works_in_the_service_s_home_and_nowhere_else(tmp_path: Path) -> None:
    around = {"BELLWETHER_HOME": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/other.db"}
    with Hosted({**os.environ, **around}) as service:
        assert "acme is open" in service.command("create-tenant", "acme", "--currency", "EUR")
        assert (service.home / "data" / "records.db").exists()
        assert list(tmp_path.iterdir()) == []
        with pytest.raises(
            HostedFailed, match=r"create-tenant must succeed; got:\s.*'acme', which exists"
        ):
            service.command("create-tenant", "acme", "--currency", "EUR")
    assert not service.home.exists()


def test_a_service_that_does_not_come_up_says_why() -> None:
    with Hosted({**os.environ, "PYTHONPATH": ""}) as service:
        service.home.joinpath("data").write_text("in the way of the records")
        with pytest.raises(HostedFailed, match=r"bellwether serve must succeed; got:\s.*data"):
            service.serve()
