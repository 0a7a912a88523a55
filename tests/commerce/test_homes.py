"""Every workflow has one home, and docs/architecture.md says where it is."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMMERCE = ROOT / "src" / "commerce"
APPS = [
    "accounts",
    "products",
    "orders",
    "wallet",
    "auctions",
    "delivery",
    "returns",
    "reviews",
    "notifications",
]
MACHINERY = {"records"}
"""Rooms whose functions take a work, too, and are no workflow of the shop's."""


def homes() -> dict[str, str]:
    """The table of the document: what, and where it lives."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = text.partition("| workflows of | live in `commerce` |\n|---|---|\n")[2]
    rows = table.partition("\n\n")[0].splitlines()
    return dict(re.findall(r"^\| (.*) \| (.*) \|$", row)[0] for row in rows)


def works(module: Path) -> bool:
    """Whether a module has a public function whose first parameter is a work."""
    return any(
        isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and node.args.args[:1]
        and node.args.args[0].arg == "work"
        for node in ast.parse(module.read_text(encoding="utf-8")).body
    )


def test_every_workflow_has_a_home_that_the_architecture_names() -> None:
    named = homes()
    known = {name for what in named for name in re.findall(r"\w+", what)}
    assert set(APPS) <= known
    places = [place for where in named.values() for place in re.findall(r"`([^`]+)`", where)]
    assert len(places) == len(set(places)) > len(APPS)
    for place in places:
        found = (COMMERCE / place).is_dir() or (COMMERCE / f"{place}.py").is_file()
        assert found, f"docs/architecture.md names {place}, which is not there"
    rooms = {
        module.relative_to(COMMERCE).parts[0].removesuffix(".py")
        for module in COMMERCE.rglob("*.py")
        if works(module)
    }
    assert rooms - MACHINERY <= set(places)


def test_every_app_of_the_systems_before_has_a_home() -> None:
    known = {name for what in homes() for name in re.findall(r"\w+", what)}
    assert {"tenants", "products", "orders", "customers", "payments"} <= known
    architecture = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rooms = re.findall(r"^\| `(src/\w+)/` \|", architecture, re.MULTILINE)
    assert {"src/analytics", "src/features", "src/serving"} <= set(rooms)
    for room in rooms:
        assert (ROOT / room).is_dir(), room
        assert any((ROOT / "tests" / room.removeprefix("src/")).rglob("test_*.py")), room
    paths = (ROOT / "docs" / "paths.md").read_text(encoding="utf-8")
    assert "/api/advanced-analytics/real-time-metrics/current" in paths
