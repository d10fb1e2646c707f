"""Ask the embedded servers whether they answer, with the few bytes that takes: no driver is loaded for it."""

import socket
import struct
from pathlib import Path

_PROTOCOL = 3 << 16
_PATIENCE = 3  # seconds for one answer


class Refused(Exception):  # noqa: N818 - an answer, not a failure of ours
    """The server answered with an error: its code and its sentence."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def valkey_answers(path: Path) -> bool:
    """Whether a Valkey behind this socket answers PING."""
    try:
        with _connected(path) as link:
            link.sendall(b"PING\r\n")
            return link.recv(64).startswith(b"+PONG")
    except OSError:
        return False


def ask_postgres(path: Path, sql: str = "SELECT 1", *, database: str = "postgres", patience: float = _PATIENCE) -> None:
    """Signs in as `whose` by the name of our own user and runs the statement.

    Raises:
        OSError: nobody answers there.
        Refused: the server said no; SQLSTATE 57P03 means that it is still starting.
    """
    with _connected(path) as link:
        hello = b"user\0whose\0database\0" + database.encode() + b"\0\0"
        link.sendall(struct.pack("!ii", len(hello) + 8, _PROTOCOL) + hello)
        _until_ready(link)
        link.settimeout(patience)
        query = sql.encode() + b"\0"
        link.sendall(b"Q" + struct.pack("!i", len(query) + 4) + query)
        _until_ready(link)
        link.sendall(b"X" + struct.pack("!i", 4))


def _connected(path: Path) -> socket.socket:
    link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    link.settimeout(_PATIENCE)
    try:
        link.connect(str(path))
    except BaseException:
        link.close()
        raise
    return link


def _until_ready(link: socket.socket) -> None:
    refused: Refused | None = None
    while True:
        kind, body = _message(link)
        if kind == b"E":
            fields = {field[:1]: field[1:].decode(errors="replace") for field in body.split(b"\0") if field}
            refused = Refused(fields.get(b"C", ""), fields.get(b"M", "an error without words"))
            if fields.get(b"S") in {"FATAL", "PANIC"}:
                raise refused
        elif kind == b"R" and body[:4] != b"\0\0\0\0":
            raise Refused("28000", "it asks for a password")
        elif kind == b"Z":
            if refused:
                raise refused
            return


def _message(link: socket.socket) -> tuple[bytes, bytes]:
    head = _exactly(link, 5)
    return head[:1], _exactly(link, struct.unpack("!i", head[1:])[0] - 4)


def _exactly(link: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = link.recv(size - len(data))
        if not part:
            raise ConnectionResetError("the connection ended in the middle of an answer")
        data += part
    return data
