"""The address of the web process: free before it starts, answering after."""

import errno
import os
import socket

from triage.serve.problems import Problem

_ANY = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, not bound


def chosen(option: str | None) -> int:
    """The port that the command line or the environment names.

    Raises:
        Problem: it is not a port.
    """
    raw = option or os.environ.get("PORT", "").strip() or "8000"
    if not raw.isdecimal() or not 1 <= int(raw) <= 65535:
        raise Problem(f"PORT={raw!r} is not a port. Name one from 1 to 65535, for example: PORT=8001 make up")
    return int(raw)


def check_free(host: str, port: int) -> None:
    """Raises:
    Problem: the port is taken, or the address is not one of this machine.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except OSError as error:
        raise Problem(_why_not(host, port, error)) from error


def answers(host: str, port: int) -> bool:
    """Whether something there speaks HTTP."""
    try:
        with socket.create_connection((_ANY.get(host, host), port), timeout=2) as link:
            link.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            return link.recv(16).startswith(b"HTTP/")
    except OSError:
        return False


def address(host: str, port: int) -> str:
    shown = _ANY.get(host, host)
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


def _why_not(host: str, port: int, error: OSError) -> str:
    other = port + 1 if port < 65535 else 8001
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is taken by another program. Choose another one: PORT={other} make up"
    if error.errno == errno.EACCES:
        return f"Port {port} needs privileges that this user has not. Choose one above 1023: PORT=8000 make up"
    return f"{host} is not an address of this machine ({error.strerror or error}). Loopback is: WHOSE_BIND=127.0.0.1"
