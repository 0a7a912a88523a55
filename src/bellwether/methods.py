"""How a question becomes a method of a client: by the same parameters, and the words that stand below it."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, get_args, get_type_hints

from bellwether.answers import BatchRow
from bellwether.batches import Batch
from bellwether.questions import Question

Told = TypeVar("Told")
Asked = ParamSpec("Asked")


class Waiting(Protocol):
    """A client that waits for its answers."""

    def ask(self, question: Question[Told]) -> Told:
        """Ask a question."""
        ...

    def stream(self, batch: Batch) -> Generator[BatchRow, None, None]:
        """Ask a batch."""
        ...


class Awaiting(Protocol):
    """A client that is awaited."""

    async def ask(self, question: Question[Told]) -> Told:
        """Ask a question."""
        ...

    def stream(self, batch: Batch) -> AsyncGenerator[BatchRow, None]:
        """Ask a batch."""
        ...


def asks(
    question: Callable[Asked, Question[Told]],
) -> Callable[Concatenate[Waiting, Asked], Told]:
    """Make a method of a question: it asks and gives the answer."""

    @wraps(question)
    def ask(self: Waiting, /, *given: Asked.args, **named: Asked.kwargs) -> Told:
        return self.ask(question(*given, **named))

    return _signed(ask, question, _told_by(question))


def awaits(
    question: Callable[Asked, Question[Told]],
) -> Callable[Concatenate[Awaiting, Asked], Coroutine[Any, Any, Told]]:
    """Make a method of a question that is awaited."""

    @wraps(question)
    async def ask(self: Awaiting, /, *given: Asked.args, **named: Asked.kwargs) -> Told:
        return await self.ask(question(*given, **named))

    return _signed(ask, question, _told_by(question))


def streams(
    question: Callable[Asked, Batch],
) -> Callable[Concatenate[Waiting, Asked], Generator[BatchRow, None, None]]:
    """Make a method of a batch: it gives the answers one by one."""

    @wraps(question)
    def ask(
        self: Waiting, /, *given: Asked.args, **named: Asked.kwargs
    ) -> Generator[BatchRow, None, None]:
        return self.stream(question(*given, **named))

    return _signed(ask, question, Generator[BatchRow, None, None])


def streams_awaited(
    question: Callable[Asked, Batch],
) -> Callable[Concatenate[Awaiting, Asked], AsyncGenerator[BatchRow, None]]:
    """Make a method of a batch whose answers are awaited one by one."""

    @wraps(question)
    def ask(
        self: Awaiting, /, *given: Asked.args, **named: Asked.kwargs
    ) -> AsyncGenerator[BatchRow, None]:
        return self.stream(question(*given, **named))

    return _signed(ask, question, AsyncGenerator[BatchRow, None])


Method = TypeVar("Method", bound=Callable[..., Any])


def _told_by(question: Callable[..., Question[Any]]) -> Any:
    """Give what a question is answered with."""
    (told,) = get_args(get_type_hints(question)["return"])
    return told


def _signed(method: Method, question: Callable[..., object], told: Any) -> Method:
    """Write a method's signature as a notebook shows it: the question's, and what it is answered with."""
    signature = inspect.signature(question)
    itself = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    method.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[itself, *signature.parameters.values()], return_annotation=told
    )
    method.__annotations__ = {**method.__annotations__, "return": told}
    return method
