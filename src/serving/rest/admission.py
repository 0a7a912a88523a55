"""Who may ask what models say: staff by a credential, or this machine itself about shops that are left open to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request

from commerce.records.tenants import SHARED
from scoring.bank_model import BANK_MODEL
from serving.access.callers import Caller, require_shop
from serving.access.gate import missing
from serving.errors import InvalidRequest
from serving.predict.packages import PackageShelf
from serving.rest.protection import name_of_host
from serving.rest.shown import address_of, identify, read_shown, shops_asked
from serving.settings import LOOPBACK, DoorSettings
from tabular.errors import did_you_mean


def asking(
    scope: str, act: str = "asking about customers"
) -> Callable[[Request], Awaitable[Caller | None]]:
    """Give what tells who asks; None for this machine itself, where some shop was left open to it.

    Parameters
    ----------
    scope : str
        What a credential must be good for.
    act : str
        What only staff may do, for the refusal.
    """

    async def who(request: Request) -> Caller | None:
        door: DoorSettings = request.app.state.door
        shown = read_shown(request)
        if shown.token or shown.session or not (door.open and is_at_home(request)):
            caller = await identify(request, scope)
            caller.require_staff(act)
            return caller
        return None

    return who


def is_at_home(request: Request) -> bool:
    """Whether a request comes from this machine, to this machine, with no proxy between."""
    return (
        address_of(request) in LOOPBACK
        and name_of_host(request.headers.get("host", "")) in LOOPBACK
        and "x-forwarded-for" not in request.headers
        and "forwarded" not in request.headers
    )


def require_about(request: Request, caller: Caller | None, tenant: str) -> None:
    """Refuse a question about a shop that is none of the caller's business, whether or not there is one.

    Models of tables are about no shop: whoever is known may ask them.
    """
    if caller is not None:
        if tenant != SHARED and not caller.may_choose():
            require_shop(caller, tenant)
        return
    _require_open(request, {tenant, *shops_asked(request)})


def shops_of(request: Request, caller: Caller | None) -> tuple[str, ...]:
    """Give the tenants whose models are the caller's business, its own first; ``*`` among them stands for all.

    Without a credential these are the shops that are asked for, or all that are left open.
    """
    if caller is not None:
        return caller.tenant.slug, SHARED
    asked = shops_asked(request)
    _require_open(request, set(asked))
    door: DoorSettings = request.app.state.door
    return asked or tuple(sorted(door.open))


def refuse_missing(request: Request, shelf: PackageShelf, tenant: str, model: str) -> None:
    """Refuse what nobody could answer: a name that is none, as `PackageShelf.misspelt` says, or a model of no shop.

    A path with such a name is refused with one that is close.
    """
    if shelf.misspelt(tenant, model):
        path = request.url.path
        before, after = path.split("/")[:2], path.split("/")[3:]
        names = [name for whose, name in shelf.published() if whose == tenant]
        known = ["/".join([*before, name, *after]) for name in names]
        raise HTTPException(404, f"path must exist; got {path!r}. {did_you_mean(path, known)}")
    if tenant == SHARED and model != BANK_MODEL:
        raise InvalidRequest(
            f"tenant must be named for a model that is a shop's own; got none for {model!r}."
            f" Name it, or run `bellwether train --name {model} --table FILE --target COLUMN` for a model of a table.",
            field="tenant",
        )


def _require_open(request: Request, tenants: set[str]) -> None:
    door: DoorSettings = request.app.state.door
    if "*" not in door.open and not tenants <= door.open:
        raise missing()
