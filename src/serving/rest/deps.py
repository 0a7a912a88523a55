"""What a route asks for by the types of its parameters; opened at its `Desk`.

``Looking``
    A `Work` that reads.
``Acting``
    A `Work` that is committed before the answer goes out, or leaves nothing. A POST that is sent again with the same
    ``Idempotency-Key`` is answered as the first time, and done once.
``Asking``
    A `Desk`: who asks, with nothing opened yet; where work is done before or after a transaction, such as hashing a
    password or calling somebody else.
``Page``, ``AsOf``
    Which part of a list, and as of when.

Each brings in who is asking; the scope is the router's resource with ``read`` or ``write``, or what `needs` says.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial, wraps
from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.encoders import jsonable_encoder
from pydantic import BaseModel, Field

from commerce.records.idempotency import answer_anew, once
from commerce.records.rows import Part
from commerce.records.stream.reading import stream_version
from commerce.records.work import Work
from serving.access.scopes import SCOPES
from serving.rest.caching import kept_answer
from serving.rest.desk import Desk, desk_of
from serving.rest.refusals import refusals
from serving.rest.shown import SECURITY, identify

Way = Literal["look", "act", "ask"]
Endpoint = Callable[..., Any]
Row = TypeVar("Row")
Answer = TypeVar("Answer")


Looking = Annotated[Work, "look"]
Acting = Annotated[Work, "act"]
Asking = Annotated[Desk, "ask"]


def needs(scope: str) -> Callable[[Endpoint], Endpoint]:
    """Declare the scope that a route needs, where it is not its router's resource with ``read`` or ``write``."""

    def declare(endpoint: Endpoint) -> Endpoint:
        endpoint.scope = scope  # type: ignore[attr-defined]
        return endpoint

    return declare


def shown_again(
    show: Callable[[Work, UUID], BaseModel],
) -> Callable[[Endpoint], Endpoint]:
    """Declare how an `Acting` route shows its record anew, for a provider outside may have answered meanwhile."""

    def declare(endpoint: Endpoint) -> Endpoint:
        endpoint.shown_again = show  # type: ignore[attr-defined]
        return endpoint

    return declare


def public(endpoint: Endpoint) -> Endpoint:
    """Declare a route that asks for no credential, such as the one that gives it."""
    endpoint.scope = None  # type: ignore[attr-defined]
    return endpoint


def cached(endpoint: Endpoint) -> Endpoint:
    """Declare an `Asking` route whose answer depends on its URL, who asks and the shop's records alone.

    It is kept for `serving.cache.SECONDS`, and found while nothing was recorded in the shop since; its ``as_of`` says
    by when it was true.
    """
    endpoint.cached = True  # type: ignore[attr-defined]
    return endpoint


def reads_answers(endpoint: Endpoint) -> Endpoint:
    """Declare a route that reads answers which were given: those of a moment ago are there, too."""
    endpoint.reads_answers = True  # type: ignore[attr-defined]
    return endpoint


class Resource(APIRouter):
    """A router whose routes say by their parameters what they need.

    Parameters
    ----------
    name : str
        Of `serving.access.scopes.RESOURCES`.
    prefix : str
        ``/api/customers``; a trailing slash is accepted by all and asked for by none.
    tag : str, optional
        Under which the document lists the routes; the name by default.
    """

    def __init__(self, name: str, prefix: str, tag: str | None = None) -> None:
        super().__init__(prefix=prefix, tags=[tag or name])
        self.resource = name

    def add_api_route(self, path: str, endpoint: Endpoint, **options: Any) -> None:
        """Add a route; what its function asks for is opened when it is called."""
        reads = set(options.get("methods") or ["GET"]) <= {"GET"}
        usual = f"{self.resource}:{'read' if reads else 'write'}"
        scope: str | None = getattr(endpoint, "scope", usual)
        more: dict[str, Any] = {"security": []}
        if scope is not None:
            assert scope in SCOPES, scope
            more = {"security": SECURITY, "x-scope": scope}
            endpoint = _opened(endpoint, scope, repeats="POST" in (options.get("methods") or ()))
        if options.get("status_code") == 204:
            options["response_class"] = (
                Response  # which, unlike JSON's, names no kind of what is not there
            )
        options["responses"] = {**refusals(reads=reads), **(options.get("responses") or {})}
        options["openapi_extra"] = {**more, **(options.get("openapi_extra") or {})}
        super().add_api_route(path, endpoint, **options)


def _opened(endpoint: Endpoint, scope: str, *, repeats: bool) -> Endpoint:
    """Wrap a route's function so that one thread opens the records, calls it, and closes them again."""
    signature = inspect.signature(endpoint, eval_str=True)
    asked = [
        (name, way)
        for name, parameter in signature.parameters.items()
        if (way := _way(parameter.annotation)) is not None
    ]
    assert len(asked) == 1, f"{endpoint.__qualname__} must ask for one of Looking, Acting, Asking"
    ((name, way),) = asked
    repeats, keeps = repeats and way == "act", hasattr(endpoint, "cached")
    assert way == "ask" or not keeps, endpoint.__qualname__
    again: Callable[[Work, UUID], BaseModel] | None = getattr(endpoint, "shown_again", None)

    @wraps(endpoint)
    def opened(**given: Any) -> Any:
        desk: Desk = given.pop(name)
        if hasattr(endpoint, "reads_answers"):
            desk = replace(desk, reads_answers=True)
        key: str | None = given.pop("idempotency_key") if repeats else None
        if way == "ask":
            answer = partial(endpoint, **given, **{name: desk})
            return _kept(desk, given, answer) if keeps else answer()
        named = f"{endpoint.__module__}.{endpoint.__name__}"
        with desk.looking() if way == "look" else desk.working() as work:
            answer = partial(endpoint, **given, **{name: work})
            if key is None:
                told = answer()
            else:
                told = once(work, named, key, _asked(given), lambda: jsonable_encoder(answer()))
        if again is None or not work.to_call:
            return told
        if key is None:
            with desk.looking() as work:
                return again(work, told.id)
        with desk.working() as work:
            shown = jsonable_encoder(again(work, UUID(told["id"])))
            answer_anew(work, named, key, shown)
        return shown

    parameters = [
        each.replace(annotation=Annotated[Desk, Depends(_desk(scope))])
        if each.name == name
        else each
        for each in signature.parameters.values()
    ]
    if repeats:
        kind = inspect.Parameter.KEYWORD_ONLY
        parameters.append(inspect.Parameter("idempotency_key", kind, default=None, annotation=_KEY))
    opened.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    opened.scope = scope  # type: ignore[attr-defined]
    return opened


def _kept(desk: Desk, given: Mapping[str, Any], answer: Callable[[], BaseModel]) -> Response:
    """Give the answer that is kept, or answer and keep it."""
    with desk.looking() as work:
        recorded = stream_version(work.connection, work.tenant.id)
    tenant, actor = desk.tenant, desk.actor
    whose = (tenant.id, tenant.slug, tenant.currency, str(tenant.zone), actor)

    def make() -> tuple[BaseModel, str]:
        made = answer()
        pages = [each for each in given.values() if isinstance(each, PageRequest)]
        return made, "".join(page.response.headers.get("Link", "") for page in pages)

    return kept_answer(desk.cache, (whose, desk.asked, recorded), make)


_KEY = Annotated[
    str | None,
    Header(description="The client's own, 1 to 255 characters: what is sent twice is done once."),
]


def _way(annotation: Any) -> Way | None:
    for way, kind in {"look": Looking, "act": Acting, "ask": Asking}.items():
        if annotation == kind:
            return way  # type: ignore[return-value]
    return None


def _desk(scope: str) -> Callable[[Request], Awaitable[Desk]]:
    async def desk(request: Request) -> Desk:
        return desk_of(request, await identify(request, scope))

    return desk


def _asked(given: Mapping[str, Any]) -> object:
    """Say what was asked for, to tell a request from another under the same key."""
    plain = (BaseModel, str, int, float, bool, list, dict)
    return {
        name: jsonable_encoder(value) if isinstance(value, plain) else str(value)
        for name, value in given.items()
        if not isinstance(value, Request | Response)
    }


class Listing(BaseModel, Generic[Answer]):
    """A part of a list."""

    count: int = Field(description="How many there are in all.")
    next: str | None = Field(description="Where the next part is; null at the end.")
    previous: str | None = Field(description="Where the part before is; null at the beginning.")
    results: list[Answer]


@dataclass(frozen=True)
class PageRequest:
    """Which part of a list is asked for."""

    request: Request
    response: Response
    number: int
    size: int
    ordering: str | None

    @property
    def where(self) -> dict[str, Any]:
        """The part in the words of commerce's lists: ``limit`` and ``offset``."""
        return {"limit": self.size, "offset": (self.number - 1) * self.size}

    def of(self, part: Part[Any], show: Callable[[Any], Answer]) -> Listing[Answer]:
        """Answer with a part, and say by ``Link`` where the others are."""
        last = max(1, -(-part.total // self.size))
        places = {"first": 1, "prev": self.number - 1, "next": self.number + 1, "last": last}
        links = {word: self._at(place) for word, place in places.items() if 1 <= place <= last}
        self.response.headers["Link"] = ", ".join(
            f'<{link}>; rel="{word}"' for word, link in links.items()
        )
        return Listing[Answer](
            count=part.total,
            next=links.get("next"),
            previous=links.get("prev"),
            results=[show(row) for row in part.rows],
        )

    def of_all(self, rows: Sequence[Any], show: Callable[[Any], Answer]) -> Listing[Answer]:
        """Answer with a part of a short list that is there whole."""
        start = (self.number - 1) * self.size
        return self.of(Part(len(rows), list(rows[start : start + self.size])), show)

    def _at(self, number: int) -> str:
        return str(self.request.url.include_query_params(page=number, page_size=self.size))


def _page(
    request: Request,
    response: Response,
    page: Annotated[int, Query(ge=1, le=10**9)] = 1,
    page_size: Annotated[int, Query(ge=1, le=100)] = 20,
    ordering: Annotated[
        str | None, Query(description="A field, `-` before it for the other direction.")
    ] = None,
) -> PageRequest:
    return PageRequest(request, response, page, page_size, ordering)


Page = Annotated[PageRequest, Depends(_page)]
AsOf = Annotated[
    str | None,
    Query(
        description="The instant to answer for: a date (00:00 in the shop's zone) or an ISO instant; by default the"
        " shop's clock. `Work.settle` makes an instant of it.",
        examples=["2026-01-01"],
    ),
]
