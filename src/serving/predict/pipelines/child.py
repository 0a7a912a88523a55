"""Loads pipelines and asks them, until the server is gone: a process of its own, begun by `process` beside it.

It has the packages' folders to read, and nothing else: no record store, no credentials, no settings.
"""

from __future__ import annotations

import signal
import sys
import traceback
import warnings
from collections import OrderedDict
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from scoring.errors import PackageDamaged, ScoringError
from scoring.files import as_kind, read_any
from scoring.pipeline_files import load_pipeline, probabilities
from scoring.pipelines import PipelinePackage
from serving.predict.pipelines.messages import Asked, Told, read_asked, write_message

_MOST = 8
"""Pipelines that are held at once; the one longest unasked makes room."""

_Loaded = tuple[PipelinePackage, Any]


def serve(pipe: Connection) -> None:
    """Answer what comes by a pipe until its other end is closed."""
    loaded: OrderedDict[tuple[str, str], _Loaded] = OrderedDict()
    with suppress(EOFError, OSError):
        while True:
            asked = read_asked(pipe.recv_bytes())
            try:
                told = _answer(asked, loaded)
            except (ScoringError, OSError) as error:
                told = Told([], refused=str(error).replace(asked.folder, "package"))
            except Exception:  # noqa: BLE001 (who asked is told, and the log says more)
                traceback.print_exc()
                told = Told([], refused="a fault, which the server's log tells")
            pipe.send_bytes(write_message(told))


def _answer(asked: Asked, loaded: OrderedDict[tuple[str, str], _Loaded]) -> Told:
    key = asked.folder, asked.sha256
    if key not in loaded:
        loaded[key] = _load(*key)
    loaded.move_to_end(key)
    while len(loaded) > _MOST:
        loaded.popitem(last=False)
    package, pipeline = loaded[key]
    return Told(probabilities(pipeline, package.place, package.fields, asked.rows))


def _load(folder: str, sha256: str) -> _Loaded:
    package = as_kind(read_any(Path(folder)), PipelinePackage)
    if package.sha256 != sha256:
        raise PackageDamaged(folder, "another pipeline")
    return package, load_pipeline(package.skops, package.trusted)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server's own end closes the pipe
    warnings.simplefilter("ignore")  # who fitted the pipeline has seen them
    serve(Connection(int(sys.argv[1])))
