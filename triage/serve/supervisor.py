"""Runs every process of the service in the foreground: starts them in order, starts again what dies, stops all."""

import contextlib
import os
import select
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from triage.serve import folders, leftovers, orphans
from triage.serve.children import Child, Program
from triage.serve.layout import Place
from triage.serve.problems import Problem
from triage.serve.terminal import Output, Terminal

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0  # seconds before a child that died is started again
RAN_WELL = 30.0  # after so many seconds the pauses begin anew
_HOUSEKEEPING = 60.0
# Seconds after the signal at which patience ends: for what works, for the servers, for their own way of hurrying.
_APPS_UNTIL, _SERVERS_UNTIL, _HURRIED_UNTIL = 5.5, 8.5, 9.3


class Stopped(Exception):  # noqa: N818 - asked for, not an error
    """Somebody asked us to stop."""


@dataclass
class Service:
    """A child that has to run, and since when it does not."""

    name: str
    program: Callable[[], Program]
    waits_for: Callable[[], str | None]  # None once it answers
    is_server: bool = False
    proves_itself_in: float = 0.0  # seconds that it has to live before we say that it is back
    failed: Callable[[Child], Problem] | None = None  # until it answers for the first time: why it never will
    child: Child | None = None
    waits: str | None = None
    answers: bool = False
    pause: float = FIRST_PAUSE
    due_at: float = 0.0
    died_at: float = 0.0


class Supervisor:
    """One thread and one loop: nothing here waits for one child while another has something to say."""

    def __init__(self, place: Place, terminal: Terminal) -> None:
        self.place = place
        self.terminal = terminal
        self.services: list[Service] = []
        self._children: dict[int, Child] = {}
        self._outputs: dict[int, tuple[Output, Callable[[str], None]]] = {}
        self._asked_to_stop = False
        self._woken, self._wake = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(self._wake, False)
        self._tidied_at = time.monotonic()

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Takes the signals while the block runs; whatever happens in it, no child is left behind."""
        orphans.adopt()
        signal.set_wakeup_fd(self._wake)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._ask_to_stop)
        try:
            yield
        finally:
            self.stop()

    def start(self, program: Program, listener: Callable[[str], None] | None = None) -> Child:
        """Starts a child, remembers it, and hears its output: shown under its name, or given to the listener."""
        child = Child(program)
        self._children[child.pid] = child
        leftovers.record(self.place, child)
        if child.process.stdout is not None:
            hear = listener or (lambda line: self.terminal.say_for(program.name, line))
            handle = child.process.stdout.fileno()
            self._outputs[handle] = (Output(handle), hear)
        return child

    def run(self, program: Program, listener: Callable[[str], None] | None = None) -> Child:
        """Starts a child that has something to finish, and waits until it has."""
        child = self.start(program, listener)
        self.until(child.ended)
        self._hear(0)
        self._let_go(child)
        return child

    def was_disturbed(self, child: Child, *, since: float) -> bool:
        """Whether the child failed because it, or a server since that moment, was killed from outside. Then waits
        until the servers answer again."""
        self.turn(0)
        servers = [service for service in self.services if service.is_server]
        if not child.was_killed() and all(server.answers and server.died_at < since for server in servers):
            return False
        self.terminal.say(f"{child.program.name} {child.how_it_ended()}; once more")
        self.until(lambda: all(server.answers for server in servers))
        return True

    def up(self, service: Service) -> None:
        """Waits until a service answers for the first time. One that was killed from outside is started again; that
        is no reason to give up.

        Raises:
            Problem: it gave up by itself.
        """
        began = said = time.monotonic()
        while not service.answers:
            if time.monotonic() - said > 10:
                said = time.monotonic()
                self.terminal.say(f"          {service.name} is not ready after {said - began:.0f} s: {service.waits}")
            self.turn(0.03)
        service.failed = None

    def until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            self.turn(0.05)

    def supervise(self) -> None:
        """Keeps every service running until somebody asks to stop."""
        while True:
            self.turn(0.25)
            if time.monotonic() - self._tidied_at > _HOUSEKEEPING:
                self._tidied_at = time.monotonic()
                folders.trim_logs(self.place)
                folders.link_shortly(self.place)

    def turn(self, seconds: float) -> None:
        """Waits for output or a signal, no longer than that, passes on what came, and looks after the services.

        Raises:
            Stopped: a signal asked for it.
            Problem: a service failed at its first start.
        """
        self._hear(seconds)
        if self._asked_to_stop:
            raise Stopped
        for service in self.services:
            self._look_after(service)

    def stop(self) -> None:
        """Ends every child: the metronome, then who works, then the servers; all within ten seconds."""
        began = time.monotonic()
        servers = {service.name for service in self.services if service.is_server}
        working = [child for child in self._children.values() if child.program.name not in servers]
        serving = [child for child in self._children.values() if child.program.name in servers]
        self._end([child for child in working if child.program.name == "beat"], until=began + 1.0)
        self._end(working, until=began + _APPS_UNTIL)
        for child in working:
            child.kill()
        self._end(serving, until=began + _SERVERS_UNTIL)
        for child in serving:
            child.hurry()
        self._wait_for(serving, until=began + _HURRIED_UNTIL)
        for child in list(self._children.values()):
            child.kill()
            child.wait(0.3)
            self._let_go(child)
        orphans.end(self._children)
        self.terminal.flush(0.2)

    def _look_after(self, service: Service) -> None:
        now = time.monotonic()
        if service.child is not None and service.child.ended():
            self._note_death(service, service.child)
        elif service.child is None:
            servers_answer = all(other.answers for other in self.services if other.is_server)
            if now >= service.due_at and (service.is_server or servers_answer):
                self._start_service(service)
        elif not service.answers and now - service.child.started_at >= service.proves_itself_in:
            self._ask(service)

    def _ask(self, service: Service) -> None:
        try:
            service.waits = service.waits_for()
        except Problem as problem:  # of a first start it ends the start, afterwards it may still pass
            if service.failed:
                raise
            service.waits = str(problem)
        if service.waits is None:
            service.answers = True
            if service.died_at:
                self.terminal.say(f"{service.name} is back after {time.monotonic() - service.died_at:.1f} s")

    def _start_service(self, service: Service) -> None:
        try:
            service.child = self.start(service.program())
        except (OSError, Problem) as error:
            if service.failed:
                raise
            self.terminal.say(f"{service.name} cannot be started: {error}")
            self._again_later(service)

    def _note_death(self, service: Service, child: Child) -> None:
        self._hear(0)
        child.kill()  # what it started and left behind in its group
        self._let_go(child)
        orphans.end(self._children)
        if service.failed and not _may_pass(child):
            raise service.failed(child)
        if service.answers:
            service.died_at = time.monotonic()
        if time.monotonic() - child.started_at > RAN_WELL:
            service.pause = FIRST_PAUSE
        words = child.last_words()
        self.terminal.say(
            f"{service.name} {child.how_it_ended()}{f' ({words})' if words else ''}; "
            f"starting it again in {service.pause:g} s"
        )
        service.child = None
        self._again_later(service)

    def _again_later(self, service: Service) -> None:
        service.answers = False
        service.due_at = time.monotonic() + service.pause
        service.pause = min(service.pause * 2, LONGEST_PAUSE)

    def _hear(self, seconds: float) -> None:
        """Passes on what the children say; once more for each that is at its end."""
        readable = select.select([self._woken, *self._outputs], [], [], seconds)[0]
        if self._woken in readable:
            with contextlib.suppress(BlockingIOError):
                os.read(self._woken, 4096)
        for handle in set(readable) & self._outputs.keys():
            output, hear = self._outputs[handle]
            lines = output.lines()
            for line in filter(str.strip, lines or ()):
                hear(line)
            if lines is None:
                del self._outputs[handle]
        self.terminal.flush()

    def _let_go(self, child: Child) -> None:
        """Forgets a child that ended, with its pipe."""
        self._children.pop(child.pid, None)
        leftovers.forget(self.place, child)
        if child.process.stdout is not None:
            self._outputs.pop(child.process.stdout.fileno(), None)
            child.process.stdout.close()

    def _end(self, children: list[Child], *, until: float) -> None:
        for child in children:
            child.ask_to_end()
        self._wait_for(children, until=until)

    def _wait_for(self, children: list[Child], *, until: float) -> None:
        while any(not child.ended() for child in children) and time.monotonic() < until:
            self._hear(0.05)
        self._hear(0)

    def _ask_to_stop(self, number: int, _frame: object) -> None:
        if not self._asked_to_stop:
            self.terminal.say(f"{signal.Signals(number).name}: stopping")
        self._asked_to_stop = True


def _may_pass(child: Child) -> bool:
    """Whether starting again can help: it was killed, or what a killed one left is still going away."""
    return child.was_killed() or "still in use" in child.last_words()
