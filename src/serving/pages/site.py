"""What a visitor sees: where to start, and the API page, with every asset served from here."""

from __future__ import annotations

import html
from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.exceptions import HTTPException

OPENNESS = (
    "There are no credentials yet: whoever reaches this port may ask about anybody."
    " Keep it on 127.0.0.1, the default."
)

START: dict[str, Any] = {
    "service": "Bellwether: will a customer leave, will a customer pay, and why",
    "ask": {
        "POST /predict/churn": {"tenant": "demo", "customer_id": "17"},
        "POST /predict/credit": {"tenant": "demo", "customer_id": "17"},
    },
    "read": {
        "/docs": "the API, to try out",
        "/openapi.json": "the same for machines",
        "/readyz": "whether it can answer, and if not, why",
        "/livez": "whether it runs",
    },
    "note": OPENNESS,
}

_RESOURCES = "fastapi_swagger.resources"
_ASSETS = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
}
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:"
)

router = APIRouter(include_in_schema=False)


@router.get("/")
async def start(request: Request) -> Response:
    """Say what this is and how to ask."""
    if "text/html" not in request.headers.get("accept", ""):
        return JSONResponse(START)
    asks = "".join(
        f"<li><code>curl -s localhost:3000{call.split()[1]} -H 'content-type: application/json'"
        f" -d '{html.escape(str(body).replace(chr(39), chr(34)))}'</code></li>"
        for call, body in START["ask"].items()
    )
    reads = "".join(
        f'<li><a href="{path}">{path}</a>: {html.escape(what)}</li>'
        for path, what in START["read"].items()
    )
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Bellwether</title>'
        "<style>body{font:1rem/1.5 system-ui;max-width:48rem;margin:3rem auto;padding:0 1rem}"
        "code{overflow-wrap:anywhere}</style>"
        f"<h1>Bellwether</h1><p>{html.escape(START['service'])}</p>"
        f"<ul>{asks}</ul><ul>{reads}</ul><p>{html.escape(OPENNESS)}</p></html>"
    )
    return HTMLResponse(page, headers={"Content-Security-Policy": _POLICY})


@router.get("/docs")
async def docs() -> Response:
    """Show the API with Swagger UI."""
    page = get_swagger_ui_html(
        openapi_url="/openapi.json",
        title="Bellwether API",
        swagger_js_url="/docs/swagger-ui-bundle.js",
        swagger_css_url="/docs/swagger-ui.css",
        swagger_favicon_url="/docs/favicon-32x32.png",
        swagger_ui_parameters={"validatorUrl": None, "tryItOutEnabled": True},
    )
    page.headers["Content-Security-Policy"] = _POLICY
    return page


@router.get("/docs/{name}")
async def asset(name: str) -> Response:
    """Serve a file of Swagger UI."""
    if name not in _ASSETS:
        raise HTTPException(404, f"page must exist; got /docs/{name}. Start at /docs.")
    path = Path(str(files(_RESOURCES))) / name
    return FileResponse(
        path, media_type=_ASSETS[name], headers={"Cache-Control": "public, max-age=86400"}
    )
