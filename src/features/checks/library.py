"""Great Expectations, imported without the noise it makes, and a context of it that keeps quiet."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def _hidden(*names: str) -> Iterator[None]:
    """Let modules look as if they were not installed."""
    before = {name: sys.modules.get(name) for name in names}
    sys.modules.update(dict.fromkeys(names))  # type: ignore[arg-type]
    yield
    for name, module in before.items():
        del sys.modules[name]
        if module is not None:
            sys.modules[name] = module


# It tries what it could work on: Spark's client for Connect ends a process that was started without a file.
with warnings.catch_warnings(), _hidden("pyspark", "pyspark.sql.connect"):
    # It imports modules of the standard library that are deprecated.
    warnings.filterwarnings("ignore", "module 'sre_", DeprecationWarning)
    import great_expectations as gx
    from great_expectations import expectations
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
    from great_expectations.render.view.view import DefaultJinjaPageView

__all__ = [
    "DefaultJinjaPageView",
    "ValidationResultsPageRenderer",
    "context",
    "gx",
    "gxe",
]

gxe: Any = expectations
"""Its expectations, which it does not declare to type checkers."""


def context() -> Any:
    """Make a context in memory: it sends nothing anywhere and draws no progress bars."""
    settings = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        analytics_enabled=False,
        progress_bars=ProgressBarsConfig(globally=False, metric_calculations=False),
    )
    return gx.get_context(mode="ephemeral", project_config=settings)
