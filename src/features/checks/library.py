"""Great Expectations, imported without the noise it makes, and a context of it that keeps quiet."""

from __future__ import annotations

import warnings
from typing import Any

with warnings.catch_warnings():
    # It imports modules of the standard library that are deprecated, and PySpark where that is installed.
    warnings.filterwarnings("ignore", "module 'sre_", DeprecationWarning)
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
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
