"""How long each route takes to answer, by all workers of the server, as Prometheus reads it."""

from __future__ import annotations

from functools import cache

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

TYPE = CONTENT_TYPE_LATEST
SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that names where the workers of a server count together; BentoML sets it."""

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_registry = CollectorRegistry()
_gathered = [_registry]
_seconds = Histogram(
    "bellwether_request_seconds",
    "Seconds until a request was answered, by the template of its route.",
    ("method", "route", "status"),
    registry=_registry,
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
)


def count(method: str, route: str, status: int, seconds: float) -> None:
    """Count an answer; of methods that nobody knows as one, so that no client makes lines without end."""
    _of(method if method in _METHODS else "other", route, status).observe(seconds)


@cache
def _of(method: str, route: str, status: int) -> Histogram:
    return _seconds.labels(method, route, str(status))


def exposed() -> bytes:
    """Give all counts in Prometheus's text format."""
    return generate_latest(_gathered[0])


def gather(folder: str | None) -> None:
    """Expose from now on what all processes count that share a folder; None for this one alone."""
    _gathered[0] = _registry
    if folder is not None:
        _gathered[0] = CollectorRegistry()
        MultiProcessCollector(_gathered[0], folder)  # type: ignore[no-untyped-call]
