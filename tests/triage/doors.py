"""A real web process, and what it answers to whoever asks as a client may."""

import http.client
import json
import socket
from dataclasses import dataclass
from typing import Any

from tests.triage.processes import Machine, Process, wait_until
from tests.triage.serve.whole import free_port


@dataclass(frozen=True)
class Answer:
    status: int
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


@dataclass(frozen=True)
class Web:
    """A web process and its port."""

    process: Process
    port: int

    def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            link.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            response = link.getresponse()
            return Answer(response.status, response.read().decode())
        finally:
            link.close()

    def send(self, raw: bytes) -> Answer:
        """Exactly these bytes, and the answer to them."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as link:
            link.sendall(raw)
            response = http.client.HTTPResponse(link)
            response.begin()
            return Answer(response.status, response.read().decode())


def web(here: Machine, *words: str, **more: str) -> Web:
    """A web process that answers."""
    port = free_port()
    process = here.run("web", "--port", str(port), *words, PORT=str(port), **more)
    made = Web(process, port)

    def answers() -> bool:
        assert process.is_alive(), process.said
        try:
            return made.get("/healthz").status == 200
        except OSError:
            return False

    wait_until(answers, "the web answers")
    return made
