"""The embedded servers without a supervisor around them: for `backup`, `restore` and the tests."""

import contextlib
import time
from collections.abc import Callable, Iterator

from triage.serve import folders, leftovers, postgres, valkey
from triage.serve.children import Child, Program
from triage.serve.layout import Place
from triage.serve.problems import Problem

_PATIENCE = 600.0  # seconds; after a crash the database may need minutes to recover


@contextlib.contextmanager
def running(place: Place, *, broker: bool = False, durable: bool = True) -> Iterator[None]:
    """PostgreSQL, and Valkey if asked for, as children of this process while the block runs.

    Raises:
        Problem: the service runs already on this folder, or a server does not start.
    """
    folders.make(place)
    with folders.locked(place), contextlib.ExitStack() as stack:
        leftovers.end_all(place)
        folders.sweep(place)
        account = folders.give_to_servers(place)
        folders.link_shortly(place)
        stack.callback(folders.unlink_shortly, place)
        if not postgres.exists(place):
            program, unfinished = postgres.first_step(place, account)
            child = Child(program)
            child.process.wait()
            postgres.last_step(place, child, unfinished)
        stack.enter_context(_answering(place, postgres.program(place, account, durable=durable), postgres.waits_for))
        if broker:
            stack.enter_context(_answering(place, valkey.program(place, account), valkey.waits_for))
        yield


@contextlib.contextmanager
def _answering(place: Place, program: Program, waits_for: Callable[[Place], str | None]) -> Iterator[None]:
    child = Child(program)
    try:
        leftovers.record(place, child)
        deadline = time.monotonic() + _PATIENCE
        while waits := waits_for(place):
            if child.ended():
                raise postgres.damaged(place, child) if program.name == "postgres" else Problem(child.last_words())
            if time.monotonic() > deadline:
                raise Problem(f"{program.name} does not answer: {waits}. Its log: {program.log}")
            time.sleep(0.02)
        yield
    finally:
        child.end(30)
        leftovers.forget(place, child)
