"""The application: routers and pages put together, over one document and one shape of refusal."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from serving.pages import site
from serving.predict.answers import AppState
from serving.predict.packages import Served
from serving.rest import health, predict
from serving.rest.openapi import list_models
from serving.rest.refusals import add_refusals, refuse
from serving.rest.request_log import RequestLog
from tabular.errors import did_you_mean

API_VERSION = "1"


class Application(FastAPI):
    """FastAPI whose document lists the models there are, as they come and go."""

    _listed: tuple[dict[str, Served], dict[str, Any]] | None = None

    @property
    def models(self) -> dict[str, Served]:
        """The models that can answer now, by name."""
        state: AppState | None = self.state.serving
        return {} if state is None else state.shelf.models()

    def has_model(self, name: str) -> bool:
        """Whether anybody has a package of that model."""
        state: AppState | None = self.state.serving
        return state is not None and state.shelf.has_model(name)

    def openapi(self) -> dict[str, Any]:
        """Give the OpenAPI 3.1 document."""
        models = self.models
        if self._listed is None or self._listed[0] != models:  # packages are compared by identity
            self._listed = models, list_models(super().openapi(), models)
        return self._listed[1]


def make_app(state: AppState | None = None) -> Application:
    """Make the application.

    Parameters
    ----------
    state : AppState, optional
        May also be set later, as ``app.state.serving``, before the first request.
    """
    app = Application(
        title="Bellwether",
        version=API_VERSION,
        summary="Explained decisions per customer: will they leave, will they pay.",
        description=f"Every answer states its `as_of` and is kept under its `request_id`. {site.OPENNESS}",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
    )
    app.state.serving = state
    app.add_middleware(RequestLog, has_model=app.has_model)
    add_refusals(app)
    for router in (predict.router, health.router, site.router):
        app.include_router(router)
    app.add_api_route("/openapi.json", document, include_in_schema=False)
    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    app.add_api_route("/{path:path}", nothing_here, methods=methods, include_in_schema=False)
    return app


def document(request: Request) -> Response:
    """Give the API's document; in a thread, for a new package is read and asked for its example."""
    return JSONResponse(request.app.openapi())


def nothing_here(request: Request) -> Response:
    """Answer for every path that is not an operation, so that refusals keep their shape."""
    path = request.url.path
    operations = request.app.openapi()["paths"]
    if path in operations:
        allowed = ", ".join(sorted(method.upper() for method in operations[path]))
        sentence = f"{path} must be asked with {allowed}; got {request.method}. See /docs."
        response = refuse(request, 405, sentence)
        response.headers["Allow"] = allowed
        return response
    hint = did_you_mean(path, [*operations, *site.READ])
    return refuse(request, 404, f"path must exist; got {path!r}. {hint}")
