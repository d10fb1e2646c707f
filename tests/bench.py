"""`make bench`: starts a whole service in an empty folder and prints one JSON object of figures.

Not a test: figures of a machine are no promises, and nothing here fails because a machine is slow. `ONLY=walk` runs one
part; `FULL=1` takes larger samples.
"""

import http.client
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests import bench_ownership
from tests.triage.serve import whole
from tests.triage.serve.whole import PROJECT, Whole
from tests.triage.verdict import crowds
from tests.walk.said import MAP, crash
from triage.cases import read_case
from triage.serve.layout import Place
from triage.verdict import Snapshot, assess

CASES = PROJECT / "tests" / "cases"
FULL = os.environ.get("FULL") == "1"
_IDLE = 15.0  # seconds to settle before memory is read
_WALKS = 100 if FULL else 20
_LOAD_SECONDS = 30.0 if FULL else 8.0
_LOAD_CLIENTS = 8


def main() -> int:
    """Prints the figures."""
    only = os.environ.get("ONLY", "")
    if only and only not in PARTS:
        sys.stderr.write(f"ONLY={only} is no part. Parts: {', '.join(PARTS)}\n")
        return 1
    figures: dict[str, Any] = {"machine": machine(), "commit": commit()}
    for name, part in PARTS.items():
        if only in {"", name}:
            with tempfile.TemporaryDirectory(prefix="whose-bench-") as folder:
                figures[name] = part(Path(folder) / "var")
    print(json.dumps(figures, indent=1))
    return 0


def machine() -> dict[str, object]:
    """What the figures were read on."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text().split("\n") if told.exists() else []
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "processor": names[0] if names else platform.processor(),
    }


def commit() -> str:
    """The commit that was measured, with `+` where files were changed since."""
    said = subprocess.run(
        ["git", "describe", "--always", "--dirty=+"], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    return said.stdout.strip()


# -- start: what a start costs and what an idle service holds --


def start(var: Path) -> dict[str, float]:
    """Seconds of the first and second start and of a stop; MiB of all processes while nothing happens."""
    figures: dict[str, float] = {}
    for which in ("first", "second"):
        began = time.monotonic()
        with whole.started(var) as service:
            service.wait_until_up()
            figures[f"{which}_start_seconds"] = round(time.monotonic() - began, 2)
            if which == "second":
                time.sleep(_IDLE)
                figures |= memory(service)
            figures["stop_seconds"] = round(service.stop(), 2)
    return figures


def memory(service: Whole) -> dict[str, float]:
    """Resident memory added up over the processes (shared pages count in each), and the proportional share."""
    pids = [service.process.pid, *(int(line.split(":")[0]) for line in service.left_behind())]
    return {
        "idle_processes": len(pids),
        "idle_resident_mib": _sum(pids, "Rss:"),
        "idle_proportional_mib": _sum(pids, "Pss:"),
    }


def _sum(pids: list[int], field: str) -> float:
    lines = [line for pid in pids for line in Path(f"/proc/{pid}/smaps_rollup").read_text().split("\n")]
    return round(sum(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024, 1)


# -- walk: from the webhook to the page in the hands of its channel --


def walk(var: Path) -> dict[str, float]:
    """Seconds from the receipt of a delivery until its page was handed over; each in a namespace that was quiet."""
    with _ready(var) as (service, token):
        for number in range(_WALKS):
            assert _post(service.port, _hook(token), _payload(number)) == 202
            time.sleep(1.2)  # longer than a cluster waits between two assessments
        with psycopg.connect(Place(var).database_url) as link:
            rows = link.execute(
                "SELECT extract(epoch FROM p.sent_at - d.received_at) FROM alerts_alert a"
                " JOIN triage_incidentalert l ON l.alert_id = a.id"
                " JOIN triage_page p USING (incident_id)"
                " JOIN alerts_delivery d ON d.received_at = a.first_seen_at "
                " WHERE p.sent_at IS NOT NULL AND p.reason = 'page' AND p.round = 0 AND p.step = 0"
            ).fetchall()
    took = sorted(float(row[0]) for row in rows)
    return {"samples": len(took), **_percentiles(took)}


# -- accept: deliveries a second, beside requests to an endpoint that does nothing --


def accept(var: Path) -> dict[str, Any]:
    """Requests a second from clients that each wait for their answer, on the same server one after the other."""
    with _ready(var) as (service, token):
        body = _payload(0)
        empty = _load(lambda link: _request(link, "GET", "/healthz", {}, b""), service.port)
        kept = _load(lambda link: _request(link, "POST", "/hooks/alertmanager", _hook(token), body), service.port)
    return {
        "clients": _LOAD_CLIENTS,
        "empty": empty,
        "accept": kept,
        "accept_of_empty": round(kept["a_second"] / empty["a_second"], 3),
    }


def _load(ask: Callable[[http.client.HTTPConnection], int], port: int) -> dict[str, float]:
    until = time.monotonic() + _LOAD_SECONDS
    took: list[float] = []
    failed: list[int] = []

    def client() -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as link:
            while (began := time.monotonic()) < until:
                status = ask(link)
                took.append(time.monotonic() - began)
                if status >= 300:
                    failed.append(status)

    clients = [threading.Thread(target=client) for _ in range(_LOAD_CLIENTS)]
    for one in clients:
        one.start()
    for one in clients:
        one.join()
    return {
        "samples": len(took),
        "failed": len(failed),
        "a_second": round(len(took) / _LOAD_SECONDS, 1),
        **_percentiles(sorted(took)),
    }


# -- assess: what a verdict costs --


def assessments(_var: Path) -> dict[str, Any]:
    """Milliseconds of an assessment: of the project's own cases, and of clusters with many pods. Reading is apart."""
    own = [crowds.snapshot(read_case(file.read_text("utf-8"))) for file in sorted(CASES.glob("*.json"))]
    took = sorted(_milliseconds(snapshot) / 1000 for snapshot in own)
    figures: dict[str, Any] = {"cases": len(took), "usual": _percentiles(took)}
    for crowd in (crowds.lost_node, crowds.bad_rollout, crowds.large):
        began = time.perf_counter()
        snapshot = crowds.snapshot(crowd())
        read = (time.perf_counter() - began) * 1000
        figures[crowd.__name__] = {
            "alerts": len(snapshot.symptoms),
            "pods": len(snapshot.objects.pods),
            "making_and_reading_ms": round(read),
            "assess_ms": round(min(_milliseconds(snapshot) for _ in range(5)), 1),
        }
    return figures


def _milliseconds(snapshot: Snapshot) -> float:
    began = time.perf_counter()
    assess(snapshot)
    return round((time.perf_counter() - began) * 1000, 3)


# -- ownership: whose is it, on a map of 200 clusters, 100,000 namespaces and 50,000 rules --


def ownership(var: Path) -> dict[str, Any]:
    """Seconds to apply and to load the map, and until another process sees a change; milliseconds of a warm resolve."""
    with _ready(var):
        file = var.parent / "large.yaml"
        file.write_text(bench_ownership.base())
        _manage(var, "ownership", "apply", str(file))
        file.write_text(bench_ownership.rules())
        began = time.monotonic()
        _manage(var, "ownership", "apply", str(file))
        applied = time.monotonic() - began
        told = subprocess.run(
            [sys.executable, "-m", "tests.bench_ownership"],
            cwd=PROJECT,
            env={**os.environ, "WHOSE_VAR": str(var), "DJANGO_SETTINGS_MODULE": "triage.config.settings"},
            capture_output=True,
            text=True,
            check=True,
        )
    return {"apply_50000_rules_seconds": round(applied, 1), **json.loads(told.stdout)}


PARTS: dict[str, Callable[[Path], dict[str, Any]]] = {
    "start": start,
    "walk": walk,
    "accept": accept,
    "assess": assessments,
    "ownership": ownership,
}


@contextmanager
def _ready(var: Path) -> Iterator[tuple[Whole, str]]:
    """A service with a map and an integration, and the token to send with. Pages go to the log."""
    with whole.started(var, WHOSE_LOG_LEVEL="WARNING") as service:
        service.wait_until_up()
        file = var.parent / "map.yaml"
        file.write_text(MAP)
        _manage(var, "ownership", "apply", str(file))
        yield service, _manage(var, "integration", "create", "Bench", "--cluster", "prod-eu-1").strip()


def _manage(var: Path, *words: str) -> str:
    done = whole.manage(var, *words)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout


def _hook(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


def _payload(number: int) -> bytes:
    """One alert in a namespace of its own, an hour after the one before: nobody takes two for one failure."""
    began = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3600 * (number + 1)))
    return json.dumps({"version": "4", "alerts": [crash(f"bench-{number}", began_at=began)]}).encode()


def _post(port: int, headers: dict[str, str], body: bytes) -> int:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as link:
        return _request(link, "POST", "/hooks/alertmanager", headers, body)


def _request(link: http.client.HTTPConnection, method: str, path: str, headers: dict[str, str], body: bytes) -> int:
    link.request(method, path, body, headers)
    answer = link.getresponse()
    answer.read()
    return answer.status


def _percentiles(took: list[float]) -> dict[str, float]:
    """Seconds: the median, the 95th percentile and the slowest."""
    if not took:
        return {}
    p95 = took[min(len(took) - 1, round(0.95 * len(took)))]
    return {
        "median_seconds": round(statistics.median(took), 4),
        "p95_seconds": round(p95, 4),
        "slowest_seconds": round(took[-1], 4),
    }


if __name__ == "__main__":
    sys.exit(main())
