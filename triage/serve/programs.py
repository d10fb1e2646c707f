"""The programs that make up the service, as command lines: `serve`, the image and a unit file start the same ones."""

import sys
from pathlib import Path

CELERY = "triage.config.celery:app"


def _program(name: str) -> str:
    """The program of this name from the same environment as this Python, whatever PATH says."""
    return str(Path(sys.executable).with_name(name))


def web(*, host: str, port: int, workers: int = 1, threads: int = 16) -> list[str]:
    """The web process. Its own access log is off: it would print the tokens that stand in hook paths."""
    return [
        _program("granian"),
        *("--interface", "wsgi", "--host", host, "--port", str(port), "--http", "1"),
        *("--workers", str(workers), "--blocking-threads", str(threads), "--backpressure", "256"),
        *("--respawn-failed-workers", "--workers-kill-timeout", "5", "--log-level", "error", "--no-access-log"),
        "triage.config.wsgi:application",
    ]


def worker(*, name: str = "worker", threads: int = 4) -> list[str]:
    """A worker. Threads, not processes: its work waits for the database and the network, and memory stays small."""
    return [
        _program("celery"),
        *("--quiet", "--app", CELERY, "worker", "--hostname", f"{name}@%h", "--loglevel", "INFO"),
        *("--pool", "threads", "--concurrency", str(threads)),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    ]


def beat() -> list[str]:
    """The metronome, whose schedule is in the settings and kept in memory; a second one beside it does no harm."""
    return [_program("celery"), *("--quiet", "--app", CELERY, "beat", "--loglevel", "INFO", "--pidfile=")]
