"""How fast is an answer? The built Bento against bare FastAPI on uvicorn, in one run on one machine.

After `make run`:

    .venv/bin/python -m benchmarks.answer_latency --home . --tenant demo --model churn

Each server runs alone; one client asks over kept-alive connections. The bare server parses the same body and
sends the same bytes back without looking anything up: what HTTP alone costs here.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from sqlalchemy import select

from commerce.records import schema
from commerce.records.database import connect, reading
from commerce.records.tenants import find_tenant
from features.catalogue import CATALOGUE
from features.evaluating.online import online_features
from serving.bento.building import bento_environment, build_bento
from serving.predict.packages import PackageShelf
from serving.predict.scores import name_values

PROJECT = Path(__file__).resolve().parents[1]

BARE = """
import sys, uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import Response
app = FastAPI()
answer = open(sys.argv[1], "rb").read()
@app.post("/predict/{model}")
async def predict(model: str, request: Request):
    await request.json()
    return Response(answer, media_type="application/json")
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="warning", access_log=False)
"""

ALONE = """
import sys, uvicorn, serving.bento.service as service
service.Service.inner()
uvicorn.run(service.app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
"""


@dataclass(frozen=True)
class Load:
    """What is asked, and how hard."""

    path: str
    by_customer: list[bytes]
    by_values: list[bytes]
    connections: int
    seconds: float


@dataclass(frozen=True)
class Speed:
    """Requests per second, milliseconds of waiting, milliseconds of the server's processors per request."""

    rate: float
    p50: float
    p99: float
    cpu: float


@dataclass(frozen=True)
class Server:
    """A server that runs."""

    port: int
    process: psutil.Process

    def cpu(self) -> float:
        """Seconds of processor its processes took so far."""
        family = [self.process, *self.process.children(recursive=True)]
        return float(sum(one.cpu_times().user + one.cpu_times().system for one in family))


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--home", type=Path, required=True, help="where data/ lies")
    parser.add_argument("--tenant", default="demo")
    parser.add_argument("--model", default="churn")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=6.0)
    options = parser.parse_args()
    home = options.home.resolve()
    bento = build_bento(PROJECT, home, os.environ)
    load = Load(
        f"/predict/{options.model}",
        *request_bodies(home, options.tenant, options.model),
        options.connections,
        options.seconds,
    )
    plain = {k: v for k, v in os.environ.items() if k not in ("BELLWETHER_HOME", "DATABASE_URL")}
    environ = bento_environment(bento.store, plain) | {"BELLWETHER_OPEN": "*"}
    at_home = environ | {"BELLWETHER_HOME": str(home)}
    serve = ["-m", "bentoml", "serve", bento.tag, "--port"]
    found: dict[str, Speed] = {}
    with serving(serve, at_home) as server:
        answer = asyncio.run(ask_once(server.port, load.path, load.by_customer[0]))
        found["Bento, by customer, kept"] = measure(server, load, load.by_customer)
        found["Bento, by values, kept"] = measure(server, load, load.by_values)
    with serving(serve, environ) as server:
        found["Bento, by values, no record store"] = measure(server, load, load.by_values)
    with serving(["-c", ALONE], at_home) as server:
        found["same API without BentoML, by customer"] = measure(server, load, load.by_customer)
    with tempfile.NamedTemporaryFile() as file:
        file.write(answer)
        file.flush()
        with serving(["-c", BARE, file.name], environ) as server:
            bare = measure(server, load, load.by_values)
            found["bare FastAPI on uvicorn, same bytes"] = bare
    print(f"{load.connections} connections, {load.seconds:g} s each, {os.cpu_count()} cores")
    print(f"{'':40}{'requests/s':>11}{'p50 ms':>9}{'p99 ms':>9}{'CPU ms':>9}{'CPU, bare = 1':>15}")
    for name, speed in found.items():
        print(
            f"{name:40}{speed.rate:11.0f}{speed.p50:9.2f}{speed.p99:9.2f}{speed.cpu:9.2f}{speed.cpu / bare.cpu:15.1f}"
        )


def request_bodies(home: Path, slug: str, model: str) -> tuple[list[bytes], list[bytes]]:
    """Ask about 500 customers of the record store, and about the values they have now."""
    engine = connect(f"sqlite:///{home / 'data' / 'records.db'}")
    outputs = PackageShelf([home / "data" / "packages"], CATALOGUE).current(slug, model).outputs
    cutoff = time.time_ns() // 1_000
    with reading(engine) as connection:
        tenant = find_tenant(connection, slug)
        of_tenant = schema.customer.c.tenant_id == tenant.id
        keys = connection.scalars(select(schema.customer.c.id).where(of_tenant).limit(500)).all()
        rows = [
            name_values(online_features(connection, tenant.id, key, cutoff, outputs), outputs.names)
            for key in keys
        ]
    engine.dispose()
    by_customer = [{"tenant": slug, "customer_id": str(key)} for key in keys]
    by_values = [{"tenant": slug, "features": row} for row in rows]
    return [json.dumps(each).encode() for each in by_customer], [
        json.dumps(each).encode() for each in by_values
    ]


@contextmanager
def serving(command: Sequence[str], environ: Mapping[str, str]) -> Iterator[Server]:
    """Run a server on a free port and wait until it listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, *command, str(port)],
        env=dict(environ),
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        asyncio.run(wait_until_it_answers(port))
        yield Server(port, psutil.Process(process.pid))
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)


async def wait_until_it_answers(port: int) -> None:
    """Ask for anything until something comes back."""
    for _ in range(600):
        try:
            await ask_once(port, "/", b"{}")
        except (OSError, asyncio.IncompleteReadError):
            await asyncio.sleep(0.1)
        else:
            return
    raise TimeoutError("the server must answer within a minute; it did not")


def measure(server: Server, load: Load, bodies: list[bytes]) -> Speed:
    """Ask for a while, after a warm-up, and take the times."""
    asyncio.run(ask_for(server.port, load, bodies, 1.0))
    began, cpu = time.perf_counter(), server.cpu()
    times = sorted(asyncio.run(ask_for(server.port, load, bodies, load.seconds)))
    elapsed = time.perf_counter() - began
    cuts = statistics.quantiles(times, n=100)
    spent = (server.cpu() - cpu) / len(times)
    return Speed(len(times) / elapsed, cuts[49] * 1e3, cuts[98] * 1e3, spent * 1e3)


async def ask_for(port: int, load: Load, bodies: list[bytes], seconds: float) -> list[float]:
    """Keep every connection busy until the time is over; give the time of each answer."""
    until = time.perf_counter() + seconds

    async def keep_asking(first: int) -> list[float]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        times, place = [], first
        while (began := time.perf_counter()) < until:
            status, _ = await ask(reader, writer, load.path, bodies[place % len(bodies)])
            times.append(time.perf_counter() - began)
            if status != 200:
                raise RuntimeError(f"an answer must have status 200; got {status}")
            place += load.connections
        writer.close()
        return times

    found = await asyncio.gather(*(keep_asking(first) for first in range(load.connections)))
    return [one for times in found for one in times]


async def ask_once(port: int, path: str, body: bytes) -> bytes:
    """Ask on a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    _, answer = await ask(reader, writer, path, body)
    writer.close()
    return answer


async def ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str, body: bytes
) -> tuple[int, bytes]:
    """Send one request and read its status and body."""
    writer.write(
        b"POST %s HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        b"content-length: %d\r\n\r\n%s" % (path.encode(), len(body), body)
    )
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    return int(head[9:12]), await reader.readexactly(length)


if __name__ == "__main__":
    main()
