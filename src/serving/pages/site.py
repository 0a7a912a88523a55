"""What a visitor sees: where to start, and the API page, with every asset served from here."""

from __future__ import annotations

import html
import json
from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from serving.pages.reference import reference

CREDENTIALS = "Ask with a credential: `Authorization: Bearer` with a token of /api/token, or an API key as `X-API-Key`."
"""How to be let in."""

READ = {
    "/api/docs": "the API, to try out",
    "/redoc": "the API, to read",
    "/api/schema": "the same for machines",
    "/readyz": "whether it can answer, and if not, why",
    "/livez": "whether it runs",
}
"""What there is to read, by its path."""

_SERVICE = "Bellwether: will a customer leave, will a customer pay, and why"

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
@router.get("/api")
async def start(request: Request) -> Response:
    """Say what this is and how to ask, model by model."""
    models = await run_in_threadpool(lambda: request.app.models)
    ask = {
        f"POST /predict/{model}": {"tenant": served.package.tenant, "customer_id": "17"}
        for model, served in models.items()
    } or {"POST /predict/{model}": {"tenant": "demo", "customer_id": "17"}}
    if "text/html" not in request.headers.get("accept", ""):
        return JSONResponse({"service": _SERVICE, "ask": ask, "read": READ, "note": CREDENTIALS})
    asks = "".join(
        f"<li><code>curl -s localhost:3000{call.split()[1]} -H 'content-type: application/json'"
        f" -d '{html.escape(json.dumps(body))}'</code></li>"
        for call, body in ask.items()
    )
    reads = "".join(
        f'<li><a href="{path}">{path}</a>: {html.escape(what)}</li>' for path, what in READ.items()
    )
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Bellwether</title>'
        "<style>body{font:1rem/1.5 system-ui;max-width:48rem;margin:3rem auto;padding:0 1rem}"
        "code{overflow-wrap:anywhere}</style>"
        f"<h1>Bellwether</h1><p>{html.escape(_SERVICE)}</p>"
        f"<ul>{asks}</ul><ul>{reads}</ul><p>{html.escape(CREDENTIALS)}</p></html>"
    )
    return HTMLResponse(page, headers={"Content-Security-Policy": _POLICY})


@router.get("/redoc")
def read(request: Request) -> Response:
    """Show the API to read; in a thread, as the document itself."""
    page = reference(request.app.openapi())
    return HTMLResponse(page, headers={"Content-Security-Policy": _POLICY})


@router.get("/docs")
@router.get("/api/docs")
@router.get("/swagger")
async def docs() -> Response:
    """Show the API with Swagger UI."""
    page = get_swagger_ui_html(
        openapi_url="/api/schema",
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
