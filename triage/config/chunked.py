"""Give a chunked request the length that WSGI wants: without one, Django reads an empty body."""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]

_PIECE = 64 * 2**10
_IN_MEMORY = 2**20


def with_length(app: Application, *, most: int) -> Application:
    """The same application; a chunked body of more than `most` bytes is answered 413 without calling it."""

    def application(environ: Environ, start_response: Any) -> Iterable[bytes]:
        # The server drops Content-Length where both are sent, as it must; if one arrives, it is the truth.
        if environ.get("CONTENT_LENGTH") or "chunked" not in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
            return app(environ, start_response)
        body = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed after the answer is sent
        try:
            length = _copy(environ["wsgi.input"], body, most=most)
            if length > most:
                body.close()
                return _too_large(start_response, most)
            body.seek(0)
            del environ["HTTP_TRANSFER_ENCODING"]
            environ |= {"CONTENT_LENGTH": str(length), "wsgi.input": body}
            return _ThenClosed(app(environ, start_response), body)
        except BaseException:
            body.close()
            raise

    return application


def _copy(source: Any, target: IO[bytes], *, most: int) -> int:
    """How many bytes were copied; one more than `most` where there is more to read."""
    length = 0
    while length <= most and (piece := source.read(min(_PIECE, most + 1 - length))):
        target.write(piece)
        length += len(piece)
    return length


def _too_large(start_response: Any, most: int) -> list[bytes]:
    text = f"The body is larger than {most} bytes. Send less at once, or raise WHOSE_MAX_BODY.\n".encode()
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(text)))]
    start_response("413 Content Too Large", headers)
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
