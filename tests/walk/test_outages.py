"""The walk while something is away: nothing accepted is lost, nothing is acknowledged that is not stored."""

import http.client
import json
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.triage.processes import Machine, machine, wait_until
from tests.triage.serve.whole import free_port
from tests.walk import world
from tests.walk.said import crash, node_lost
from triage.models import Page

pytestmark = [pytest.mark.slow_processes, pytest.mark.django_db(transaction=True)]


class Door:
    """The web process of a test, as a sender sees it."""

    def __init__(self, port: int, token: str) -> None:
        self.port, self.token = port, token

    def send(self, *alerts: object) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        with closing(connection):
            connection.request(
                "POST",
                "/hooks/alertmanager",
                json.dumps({"version": "4", "alerts": alerts}),
                {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
            )
            return connection.getresponse().status

    def seconds(self, number: int) -> float:
        """The median time of so many deliveries."""
        took = []
        for _ in range(number):
            began = time.monotonic()
            assert self.send(crash()) == 202
            took.append(time.monotonic() - began)
        return sorted(took)[number // 2]


@pytest.fixture
def service() -> Iterator[tuple[Machine, Door]]:
    token, port = world.build().token, free_port()
    with machine() as here:
        here.broker.start()
        for words in (("web", "--port", str(port)), ("worker",), ("beat",)):
            here.run(*words)
        here.wait_for_tick()
        yield here, Door(port, token)


def sent() -> int:
    return Page.objects.exclude(sent_at=None).count()


def test_the_broker_is_away(service: tuple[Machine, Door]) -> None:
    here, door = service
    before = door.seconds(9)
    wait_until(lambda: sent() == 1, "the first page is out")
    here.broker.go_away()
    away = door.seconds(9)
    assert door.send(node_lost()) == 202
    here.broker.start()
    assert wait_until(lambda: sent() == 2, "the other page is out") < 5
    assert away < before + 0.05, "nobody at the door waits for the broker"


@pytest.mark.parametrize("victim", ["web", "worker", "beat"])
def test_a_process_is_killed_right_after_the_delivery(service: tuple[Machine, Door], victim: str) -> None:
    here, door = service
    assert door.send(crash()) == 202
    process = next(one for one in here.processes if victim in one.command)
    process.kill()
    # Started again, as a supervisor does. What the killed one had claimed comes back after its lease.
    here.run(*process.command[2:])
    wait_until(lambda: sent() >= 1, "the page is out", within=90)
    assert Page.objects.count() == 1
