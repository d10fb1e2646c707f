"""A Prometheus and Alertmanagers from Debian, and those who receive pages: a mail server and an HTTP server."""

import contextlib
import http.server
import subprocess
import threading
from collections.abc import Iterator, Sequence
from email.message import EmailMessage, Message
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler

from tests.triage.processes import Process, wait_until
from tests.triage.serve.whole import free_port

PROMETHEUS = """
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [rules.yml]
scrape_configs:
  - job_name: kube-state-metrics
    honor_labels: true
    static_configs: [{targets: ["127.0.0.1:%(exporter)d"]}]
alerting:
  alertmanagers:
    - static_configs: [{targets: [%(alertmanagers)s]}]
"""
RULES = """
groups:
  - name: kubernetes-apps
    rules:
      - alert: KubePodCrashLooping
        expr: kube_pod_container_status_waiting_reason{reason="CrashLoopBackOff"} == 1
        labels: {severity: warning}
        annotations: {summary: Pod is crash looping.}
"""
ALERTMANAGER = """
route: {receiver: whose, group_by: [alertname], group_wait: 1s, group_interval: 2s, repeat_interval: 1h}
receivers:
  - name: whose
    webhook_configs:
      - url: http://127.0.0.1:%(port)d/hooks/alertmanager
        send_resolved: true
        http_config: {authorization: {credentials: %(token)s}}
"""


class Mailbox(MessageHandler):
    """A mail server that keeps what it gets."""

    def __init__(self) -> None:
        super().__init__(EmailMessage)
        self.mails: list[Message] = []

    def handle_message(self, message: Message) -> None:
        self.mails.append(message)

    @contextlib.contextmanager
    def open(self) -> Iterator[int]:
        """The port that it listens on."""
        controller = Controller(self, hostname="127.0.0.1", port=free_port())
        controller.start()
        yield controller.port
        controller.stop()


class Exporter:
    """Tells Prometheus of one container that crashes, or of none; and keeps what is posted to it."""

    def __init__(self) -> None:
        self.is_crashing = False
        self.received: list[tuple[dict[str, str], bytes]] = []

    @contextlib.contextmanager
    def open(self) -> Iterator[int]:
        """The port that it listens on."""
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                labels = 'namespace="shop",pod="api-7c9f6d5b8-x2k4p",container="api",reason="CrashLoopBackOff"'
                sample = f"kube_pod_container_status_waiting_reason{{{labels}}} {int(outer.is_crashing)}\n"
                self._answer(sample.encode())

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.received.append((dict(self.headers.items()), body))
                self._answer(b"")

            def _answer(self, body: bytes) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args: Any) -> None:
                """Says nothing."""

        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield int(server.server_address[1])
            server.shutdown()


@contextlib.contextmanager
def alertmanagers(folder: Path, *, count: int, clustered: bool, port: int, token: str) -> Iterator[list[int]]:
    """So many Alertmanagers that send to this port; each one alone, or together as one that is highly available."""
    config = folder / "alertmanager.yml"
    config.write_text(ALERTMANAGER % {"port": port, "token": token})
    gossip = [free_port() for _ in range(count)]
    with contextlib.ExitStack() as stack:
        ports = []
        for number in range(count):
            ports.append(free_port())
            peers = [f"--cluster.peer=127.0.0.1:{other}" for other in gossip[:number]]
            cluster = [f"--cluster.listen-address=127.0.0.1:{gossip[number]}", "--cluster.settle-timeout=2s", *peers]
            command = [
                "prometheus-alertmanager",
                f"--config.file={config}",
                f"--storage.path={folder / f'alertmanager-{number}'}",
                f"--web.listen-address=127.0.0.1:{ports[-1]}",
                *(cluster if clustered else ["--cluster.listen-address="]),
            ]
            stack.enter_context(_running(command, folder / f"alertmanager-{number}.log"))
        yield ports


@contextlib.contextmanager
def prometheus(folder: Path, *, exporter: int, senders: Sequence[int]) -> Iterator[None]:
    """A Prometheus that asks the exporter every second and tells all these Alertmanagers."""
    targets = ", ".join(f'"127.0.0.1:{port}"' for port in senders)
    (folder / "prometheus.yml").write_text(PROMETHEUS % {"exporter": exporter, "alertmanagers": targets})
    (folder / "rules.yml").write_text(RULES)
    command = [
        "prometheus",
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{free_port()}",
        "--rules.alert.resend-delay=5s",
    ]
    with _running(command, folder / "prometheus.log"):
        yield


@contextlib.contextmanager
def _running(command: Sequence[str], log: Path) -> Iterator[None]:
    process = Process(command, log, {"PATH": "/usr/bin:/bin", "HOME": str(log.parent)})
    try:
        wait_until(lambda: "listening" in process.said.lower() or not process.is_alive(), f"{command[0]} listens")
        assert process.is_alive(), process.said
        yield
    finally:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.stop()
        process.kill()
