"""The notebook that goes the ways of R4 by paths alone; that each comes out, running it shows (`make test` does)."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from serving.app import make_app
from workbench.runs.source import cell_source, read_notebook

PATH = Path(__file__).parents[2] / "notebooks" / "explore" / "the_shop_over_http.ipynb"
CODE = "\n".join(cell_source(cell) for cell in read_notebook(PATH).code_cells)
FLOWS = {
    "checkout": ("POST /api/cart/items", "POST /api/orders/checkout", "GET /api/wallet"),
    "delivery": (
        "POST /api/delivery/orders/{}/claim",
        "POST /api/delivery/orders/{}/advance",
        "GET /api/orders/{}/proof",
        "POST /api/orders/{}/proof/confirm",
        "POST /api/orders/{}/complete",
        "GET /api/notifications",
    ),
    "return": (
        "POST /api/returns",
        "POST /api/returns/{}/process-statuses",
        "PATCH /api/returns/{}/update",
    ),
    "auction": (
        "POST /api/auctions/create",
        "POST /api/auctions/{}/submit",
        "POST /api/auctions/admin/{}/review",
        "POST /api/auctions/{}/bid",
        "POST /api/auctions/admin/auctions/{}/close",
    ),
    "brand": (
        "POST /api/product/brands/create",
        "GET /api/product/brands/admin/pending",
        "POST /api/product/brands/admin/{}/approve",
        "PATCH /api/product/products/{}/assign-brand",
    ),
}


def asked() -> set[str]:
    """Method and path of every call of ``ask`` in the notebook, an id in a path as ``{}``."""
    names: dict[str, str] = {}
    found = set()
    for node in ast.walk(ast.parse(CODE)):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            names[node.targets[0].id] = _text(node.value)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "ask":
            method, path = node.args[1], _text(node.args[2])
            for name, text in names.items():
                path = path.replace(f"<{name}>", text)
            path = re.sub(r"<[^>]*>", "{}", path).partition("?")[0].rstrip("/")
            found.add(f"{ast.literal_eval(method)} {path}")
    return found


def _text(node: ast.expr) -> str:
    """A text, and what is written into it in brackets."""
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(each) for each in node.values)
    if isinstance(node, ast.FormattedValue):
        return f"<{ast.unparse(node.value)}>"
    return str(node.value) if isinstance(node, ast.Constant) else f"<{ast.unparse(node)}>"


def test_every_way_through_the_shop_is_gone_by_its_paths() -> None:
    there = asked()
    for flow, steps in FLOWS.items():
        assert set(steps) <= there, flow
    operations = {
        f"{method.upper()} {re.sub(r'{.*?}', '{}', path)}"
        for path, methods in make_app().openapi()["paths"].items()
        for method in methods
    }
    assert there - operations == {"GET /api/schema", "PATCH /api/tenants/shop"}


def test_nothing_of_the_shop_is_called_but_over_http() -> None:
    imported = {
        name.partition(".")[0]
        for node in ast.walk(ast.parse(CODE))
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else []
        )
    }
    assert "httpx" in imported
    assert not imported & {"commerce", "serving", "sqlalchemy"}
