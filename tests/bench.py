"""`make bench`: starts a whole service in an empty folder and prints one JSON object of figures. Not a test: figures
of a machine are not promises, and nothing here fails because a machine is slow."""

import json
import platform
import tempfile
import time
from pathlib import Path

from tests.triage.serve import whole
from tests.triage.serve.whole import Whole

_IDLE = 15.0  # seconds to settle before memory is read


def main() -> None:
    """Prints the figures."""
    with tempfile.TemporaryDirectory(prefix="whose-bench-") as folder:
        var = Path(folder) / "var"
        figures = {"machine": machine(), "start": starts(var)}
    print(json.dumps(figures, indent=1))


def machine() -> dict[str, object]:
    """What the figures were read on."""
    names = [line for line in Path("/proc/cpuinfo").read_text().split("\n") if line.startswith("model name")]
    return {"python": platform.python_version(), "cores": len(names), "processor": names[0].split(": ")[1]}


def starts(var: Path) -> dict[str, float]:
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


if __name__ == "__main__":
    main()
