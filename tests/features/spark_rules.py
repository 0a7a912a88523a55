"""When tests of Spark can run: pyspark and Java are there with `make test-all`, not with `make test`."""

from __future__ import annotations

import shutil
from importlib.util import find_spec

import pytest

NEEDS_SPARK = [
    pytest.mark.slow,
    pytest.mark.skipif(
        find_spec("pyspark") is None,
        reason="pyspark is not installed; `make test-all` brings it in",
    ),
    pytest.mark.skipif(
        shutil.which("java") is None, reason="there is no Java; Spark needs 17 or newer"
    ),
]
