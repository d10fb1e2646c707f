"""Take in a request's body whole, before Django sees the request, or refuse it.

The web server hands a body on while it arrives. Django reads as much of it as Content-Length says, so nothing of a
chunked one, which has no length; and of one that is cut off, the server hands on the beginning as if it were all.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

import structlog

Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]

log = structlog.get_logger(__name__)
_PIECE = 64 * 2**10
_IN_MEMORY = 2**20
REFUSES_ITSELF = "/hooks/"


def with_length(app: Application, *, most: int) -> Application:
    """The same application, which sees complete bodies only, each with its length.

    A body of more than `most` bytes is answered 413, one that ends before its promised length 400. The doors of senders
    see the beginning of one that is too large, with a length of more than `most`: they answer 413 and note it.
    """

    def application(environ: Environ, start_response: Any) -> Iterable[bytes]:
        promised = _promised(environ)
        if promised == 0:
            return app(environ, start_response)
        body = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed after the answer is sent
        try:
            length = _copy(environ["wsgi.input"], body, most=most)
            if refused := _why_refused(length, promised, most):
                _throw_away(environ["wsgi.input"], most=most)
                if length <= most or not environ.get("PATH_INFO", "").startswith(REFUSES_ITSELF):
                    body.close()
                    return _refuse(environ, start_response, *refused)
                length = max(length, promised or 0)
            body.seek(0)
            environ.pop("HTTP_TRANSFER_ENCODING", None)
            environ |= {"CONTENT_LENGTH": str(length), "wsgi.input": body}
            return _ThenClosed(app(environ, start_response), body)
        except BaseException:
            body.close()
            raise

    return application


def _promised(environ: Environ) -> int | None:
    """How long the body is to be; None where only its end will tell."""
    # The server drops Content-Length where both are sent, as it must; and one that is no number it refuses itself.
    if length := environ.get("CONTENT_LENGTH"):
        return int(length)
    return None if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower() else 0


def _copy(source: Any, target: IO[bytes], *, most: int) -> int:
    """How many bytes were copied; one more than `most` where there is more to read."""
    length = 0
    while length <= most and (piece := source.read(min(_PIECE, most + 1 - length))):
        target.write(piece)
        length += len(piece)
    return length


def _throw_away(source: Any, *, most: int) -> None:
    """Most clients read no answer before they have sent everything; of those that send without end none reads any."""
    while most > 0 and (piece := source.read(_PIECE)):
        most -= len(piece)


def _why_refused(length: int, promised: int | None, most: int) -> tuple[str, str] | None:
    if length > most:
        sentence = f"The body is larger than {most} bytes. Send less at once, or raise WHOSE_MAX_BODY."
        return "413 Content Too Large", sentence
    if promised is not None and length < promised:
        return "400 Bad Request", f"The body ended after {length} of {promised} bytes. Send it again."
    return None


def _refuse(environ: Environ, start_response: Any, status: str, sentence: str) -> list[bytes]:
    log.warning("a request was refused", path=environ.get("PATH_INFO", ""), status=status, reason=sentence)
    text = f"{sentence}\n".encode()
    start_response(status, [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(text)))])
    return [text]


class _ThenClosed:
    """An answer that closes the request's body when the server is done with it."""

    def __init__(self, answer: Iterable[bytes], body: IO[bytes]) -> None:
        self._answer, self._body = answer, body

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._answer)

    def close(self) -> None:
        self._body.close()
        if close := getattr(self._answer, "close", None):
            close()
