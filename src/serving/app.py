"""The application: routers and pages put together, over one document and one shape of refusal."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

from scoring.pipelines import PipelinePackage
from serving import rest
from serving.access.gate import Gate
from serving.cache import open_cache
from serving.cards import open_cards
from serving.hot.front import in_front
from serving.pages import site
from serving.predict.asking import AppState
from serving.predict.packages import Served
from serving.rest import times
from serving.rest.admission import is_at_home
from serving.rest.conditional import Conditional
from serving.rest.faults import Faults
from serving.rest.openapi import list_models
from serving.rest.protection import Protection
from serving.rest.refusals import add_refusals, refuse
from serving.rest.request_log import RequestLog
from serving.rest.schemas import Refusal
from serving.rest.shown import SCHEMES
from serving.settings import DoorSettings
from tabular.errors import did_you_mean

API_VERSION = "1"


class Switchboard(APIRouter):
    """A router that looks only at the routes that begin as a path does: all two hundred take as long as an answer."""

    _index: dict[tuple[str, ...], list[BaseRoute]] | None = None
    _rest: Sequence[BaseRoute] = ()

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection; what no such route takes whole is left to all of them."""
        if scope["type"] == "http":
            for route in self.beginning(scope["path"]):
                match, known = route.matches(scope)
                if match is Match.FULL:
                    scope.setdefault("router", self)
                    scope.update(known)
                    await route.handle(scope, receive, send)
                    return
        await super().app(scope, receive, send)

    def beginning(self, path: str) -> Sequence[BaseRoute]:
        """Give the routes whose first two parts a path may have, in order."""
        if self._index is None:
            known = [(_begin(getattr(route, "path", "/{}")), route) for route in self.routes]
            self._rest = [route for begin, route in known if "{" in "".join(begin)]
            self._index = {
                key: [
                    route
                    for begin, route in known
                    if all(
                        "{" in part or part == asked
                        for part, asked in zip(begin, key, strict=False)
                    )
                ]
                for key, _ in known
            }
        return self._index.get(_begin(path), self._rest)


def _begin(path: str) -> tuple[str, ...]:
    """Give the first two parts of a path."""
    return tuple(path.split("/", 3)[1:3])


class Application(FastAPI):
    """FastAPI whose document lists the models that everybody may know of, as they come and go."""

    _listed: tuple[dict[str, Served | PipelinePackage], dict[str, Any]] | None = None
    _front: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection: in front of the framework what need not pass through it."""
        if self._front is None:
            self._front = in_front(self.behind, self.state)
        await self._front(scope, receive, send)

    async def behind(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection that came past what stands in front."""
        await super().__call__(scope, receive, send)

    @property
    def models(self) -> dict[str, Served]:
        """The models that can answer now, by name; of shops that are left open alone."""
        state: AppState | None = self.state.serving
        door: DoorSettings = self.state.door
        return {} if state is None else state.shelf.models(door.open)

    @property
    def pipelines(self) -> dict[str, PipelinePackage]:
        """The pipelines that are served as they are, likewise."""
        state: AppState | None = self.state.serving
        door: DoorSettings = self.state.door
        return {} if state is None else state.shelf.pipelines(door.open)

    def has_model(self, name: str) -> bool:
        """Whether anybody has a package of that model."""
        state: AppState | None = self.state.serving
        return state is not None and state.shelf.has_model(name)

    def shop_of_host(self, host: str) -> str | None:
        """Give the slug of the shop that is reached under a host name, None where there is none."""
        gate: Gate | None = self.state.gate
        return None if gate is None else gate.shop_of_host(host)

    def openapi(self) -> dict[str, Any]:
        """Give the OpenAPI 3.1 document."""
        models: dict[str, Served | PipelinePackage] = {**self.pipelines, **self.models}
        if self._listed is None or self._listed[0] != models:  # packages are compared by identity
            self._listed = models, list_models(_operations(), models)
        return self._listed[1]


def make_app(
    state: AppState | None = None, gate: Gate | None = None, door: DoorSettings | None = None
) -> Application:
    """Make the application.

    Parameters
    ----------
    state : AppState, optional
        May also be set later, as ``app.state.serving``, before the first request.
    gate : Gate, optional
        Likewise, as ``app.state.gate``; without one nobody can log in.
    door : DoorSettings, optional
        By default nothing is open and only this machine's own names are served.
    """
    app = Application(
        title="Bellwether",
        version=API_VERSION,
        summary="Explained decisions per customer: will they leave, will they pay.",
        description=f"Every answer states its `as_of` and is kept under its `request_id`. {site.CREDENTIALS}",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
    )
    door = door or DoorSettings()
    app.state.serving, app.state.gate, app.state.door = state, gate, door
    app.state.questions = None  # `serving.questions.Questions`, where there is a record store
    app.state.cache, app.state.cards = open_cache(door.redis_url), open_cards(door)
    app.add_middleware(Faults)
    app.add_middleware(Conditional)
    if door.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=door.origins,
            allow_methods=METHODS,
            allow_headers=_CORS_HEADERS,
            expose_headers=["Link", "ETag", "X-Request-ID", "Retry-After"],
        )
    app.add_middleware(Protection, settings=door, shop_of_host=app.shop_of_host)
    app.add_middleware(RequestLog, has_model=app.has_model)
    add_refusals(app)
    app.router = Switchboard(redirect_slashes=False, dependency_overrides_provider=app)
    for router in (*routers(), site.router):
        app.router.routes.extend(router.routes)
    app.add_api_route("/metrics", metrics, include_in_schema=False)
    for path in ("/openapi.json", "/api/schema"):
        app.add_api_route(path, document, include_in_schema=False)
    app.add_api_route("/{path:path}", nothing_here, methods=METHODS, include_in_schema=False)
    return app


METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_CORS_HEADERS = ["Authorization", "Content-Type", "Idempotency-Key", "X-API-Key", "X-Tenant-ID"]


@cache
def _operations() -> dict[str, Any]:
    """Give the document of the routes alone, which are the same in every application; it takes a second to write."""
    document = FastAPI.openapi(make_app())
    parts = document.setdefault("components", {})
    parts["securitySchemes"] = SCHEMES
    schema = Refusal.model_json_schema(ref_template="#/components/schemas/{model}")
    parts.setdefault("schemas", {})["Refusal"] = schema
    return document


@cache
def routers() -> tuple[APIRouter, ...]:
    """Give the routers there are, one by module of `serving.rest`, found there."""
    modules = (
        import_module(f"{rest.__name__}.{module.name}")
        for module in sorted(pkgutil.iter_modules(rest.__path__), key=lambda each: each.name)
    )
    return tuple(module.router for module in modules if hasattr(module, "router"))


def document(request: Request) -> Response:
    """Give the API's document; in a thread, for a new package is read and asked for its example."""
    return JSONResponse(request.app.openapi())


def metrics(request: Request) -> Response:
    """Count what this process answered, for a collector on this machine alone."""
    if not is_at_home(request):
        return nothing_here(request)
    return Response(times.exposed(), media_type=times.TYPE)


def nothing_here(request: Request) -> Response:
    """Answer for every path that is not an operation, so that refusals keep their shape."""
    path = request.url.path
    operations = request.app.openapi()["paths"]
    found = [each for each in operations if re.fullmatch(re.sub(r"{\w+}", "[^/]+", each), path)]
    if found:
        allowed = ", ".join(sorted(method.upper() for each in found for method in operations[each]))
        sentence = f"{path} must be asked with {allowed}; got {request.method}. See /docs."
        return refuse(request, 405, sentence, headers={"Allow": allowed})
    hint = did_you_mean(path, [*operations, *site.READ])
    return refuse(request, 404, f"path must exist; got {path!r}. {hint}")
