"""Load by wrk, which takes little of the machine itself, and what it found."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.serving.servers import Server

_SCRIPT = """
local bodies, headers, place = {}, {["content-type"] = "application/json", ["Host"] = "localhost"}, 0
function init(args)
  for line in io.lines(args[1]) do bodies[#bodies + 1] = wrk.format("POST", nil, headers, line) end
end
function request()
  place = place % #bodies + 1
  return bodies[place]
end
function done(summary, latency, requests)
  local errors = summary.errors
  io.stderr:write(string.format(
    '{"requests": %d, "seconds": %f, "p50": %f, "p99": %f, "bad": %d}',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
"""


@dataclass(frozen=True)
class Speed:
    """Requests per second, milliseconds of waiting, milliseconds of the server's processors per request."""

    rate: float
    p50: float
    p99: float
    cpu: float


def require_wrk() -> None:
    """End with a sentence where there is no wrk."""
    if shutil.which("wrk") is None:
        sys.exit(
            "wrk must be installed to measure the service; got none. Debian: apt-get install wrk."
        )


def ask(
    server: Server, path: str, bodies: Path, *, connections: int, seconds: float, turns: int = 1
) -> Speed:
    """Keep so many connections busy, after a warm-up; of several turns the median each."""
    script = bodies.with_suffix(".lua")
    script.write_text(_SCRIPT, encoding="utf-8")
    _run(server, path, script, bodies, connections, 1.0)
    speeds = [_measure(server, path, script, bodies, connections, seconds) for _ in range(turns)]
    return Speed(
        *(median(getattr(each, name) for each in speeds) for name in ("rate", "p50", "p99", "cpu"))
    )


def _measure(
    server: Server, path: str, script: Path, bodies: Path, connections: int, seconds: float
) -> Speed:
    cpu = server.cpu()
    found = _run(server, path, script, bodies, connections, seconds)
    if found["bad"]:
        raise RuntimeError(f"every answer must be 200; got {found['bad']:.0f} others")
    spent = (server.cpu() - cpu) / found["requests"] * 1e3
    return Speed(found["requests"] / found["seconds"], found["p50"], found["p99"], spent)


def _run(
    server: Server, path: str, script: Path, bodies: Path, connections: int, seconds: float
) -> dict[str, float]:
    command = ["wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout", "30s"]
    url = f"http://127.0.0.1:{server.port}{path}"
    ran = subprocess.run(
        [*command, "-s", str(script), url, "--", str(bodies)],
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, float] = json.loads(ran.stderr.splitlines()[-1])
    return found
