"""Bodies as clients send them, through the real web server: each arrives whole or is refused."""

import contextlib
import http.client
import io
import json
import socket
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from tests.triage.doors import Answer, Web, web
from tests.triage.processes import Process, machine, wait_until
from tests.triage.serve.whole import PROJECT, free_port
from triage.config.chunked import with_length
from triage.serve import programs

MOST = 1_000_000
# Answers with what arrives behind `with_length`, read as Django reads it: as far as Content-Length says.
_ECHO = f"""
import json
from triage.config.chunked import with_length

def echo(environ, start_response):
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps([len(body), body[:20].decode()]).encode()]

application = with_length(echo, most={MOST})
"""
CHUNKED = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture(scope="module")
def echo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """The web server as `manage.py web` starts it, with an application that tells what it received."""
    folder = tmp_path_factory.mktemp("echo")
    (folder / "echo.py").write_text(_ECHO)
    port = free_port()
    command = [*programs.web(host="127.0.0.1", port=port)[:-1], "echo:application"]
    process = Process(command, folder / "log", {"PYTHONPATH": f"{folder}:{PROJECT}"})
    try:
        wait_until(lambda: answers(port), "the server answers")
        yield Web(process, port)
    finally:
        process.stop()


def answers(port: int) -> bool:
    with socket.socket() as link:
        return link.connect_ex(("127.0.0.1", port)) == 0


def chunks(*parts: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)


def post(length: int, body: bytes) -> bytes:
    return b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n\r\n%s" % (length, body)


END = b"0\r\n\r\n"
BOTH = CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Length: 3\r\n\r\n")


@pytest.mark.parametrize(
    ("sent", "received", "because"),
    [
        (CHUNKED + chunks(b"hello", b" world") + END, [11, "hello world"], "chunks are put together"),
        (CHUNKED + END, [0, ""], "a chunked body may be empty"),
        (CHUNKED.replace(b"chunked", b"Chunked") + chunks(b"hi") + END, [2, "hi"], "the word is read in any case"),
        (CHUNKED.replace(b"POST", b"GET") + chunks(b"hi") + END, [2, "hi"], "also where nobody expects a body"),
        (CHUNKED + chunks(*[b"x" * 1000] * 999) + END, [999_000, "x" * 20], "a body may be nearly as large as allowed"),
        (BOTH + chunks(b"hello") + END, [5, "hello"], "where both are sent, chunks are the truth"),
        (post(5, b"hello"), [5, "hello"], "a length is a length"),
        (post(3, b"hello"), [3, "hel"], "what follows it is not of this request"),
        (post(0, b""), [0, ""], "nothing is a length too"),
        (b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", [0, ""], "without either there is no body"),
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", [0, ""], "as in most requests"),
    ],
)
def test_what_arrives(echo: Web, sent: bytes, received: list[Any], because: str) -> None:
    answer = echo.send(sent)
    assert (answer.status, answer.json()) == (200, received), because


@pytest.mark.parametrize(
    ("sent", "because"),
    [
        (CHUNKED + chunks(*[b"x" * 1000] * 1001) + END, "too much in chunks"),
        (post(MOST + 1, b"x" * (MOST + 1)), "too much by its length"),
    ],
)
def test_a_body_that_is_too_large_is_refused(echo: Web, sent: bytes, because: str) -> None:
    answer = echo.send(sent)
    assert answer.status == 413, because
    assert answer.text == "The body is larger than 1000000 bytes. Send less at once, or raise WHOSE_MAX_BODY.\n"


def test_a_body_of_exactly_the_limit_is_taken(echo: Web) -> None:
    assert echo.send(post(MOST, b"x" * MOST)).json()[0] == MOST


def test_who_sends_without_end_is_cut_off(echo: Web) -> None:
    with socket.create_connection(("127.0.0.1", echo.port), timeout=10) as link:
        link.sendall(CHUNKED)
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            send_for_ever(link, chunks(b"x" * 100_000))


def send_for_ever(link: socket.socket, data: bytes) -> None:
    while True:
        link.sendall(data)


@pytest.mark.parametrize("length", ["-1", "five", "3, 5"])
def test_a_length_that_is_none_is_refused_by_the_server(echo: Web, length: str) -> None:
    sent = f"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {length}\r\n\r\nhello"
    assert echo.send(sent.encode()).status == 400


def test_a_body_that_ends_before_its_length_is_refused(echo: Web) -> None:
    with socket.create_connection(("127.0.0.1", echo.port), timeout=10) as link:
        link.sendall(post(10, b"hello"))
        link.shutdown(socket.SHUT_WR)
        said = link.makefile("rb").read()
    assert said.startswith(b"HTTP/1.1 400 ")
    assert said.endswith(b"The body ended after 5 of 10 bytes. Send it again.\n")


def test_head_is_answered_without_a_body(echo: Web) -> None:
    assert echo.get("/", "HEAD") == Answer(200, "")


def test_a_connection_is_used_again_after_a_chunked_request(echo: Web) -> None:
    link = http.client.HTTPConnection("127.0.0.1", echo.port, timeout=10)
    with contextlib.closing(link):
        for _ in range(2):
            link.request("POST", "/", iter([b"hello", b" world"]), encode_chunked=True)
            assert json.load(link.getresponse()) == [11, "hello world"]


class Body(io.BytesIO):
    """What an application answers, as the server holds it."""

    def __iter__(self) -> Iterator[bytes]:
        yield self.read()


def test_the_answer_of_the_application_is_closed_after_it_is_sent() -> None:
    theirs = Body(b"answer")

    def application(_environ: dict[str, Any], _start_response: object) -> Iterable[bytes]:
        return theirs

    environ = {"CONTENT_LENGTH": "2", "wsgi.input": io.BytesIO(b"hi")}
    answer: Any = with_length(application, most=10)(environ, None)
    assert list(answer) == [b"answer"]
    answer.close()
    assert theirs.closed
    assert environ["wsgi.input"].closed  # type: ignore[attr-defined]


@pytest.mark.slow_processes
@pytest.mark.django_db(transaction=True)
def test_django_reads_a_chunked_form_and_refuses_a_large_one() -> None:
    token = b"t" * 32
    more = b"Cookie: csrftoken=%s\r\nContent-Type: application/x-www-form-urlencoded\r\nHost:" % token
    head = CHUNKED.replace(b"POST /", b"POST /sign-in/").replace(b"Host:", more)
    form = chunks(b"csrfmiddlewaretoken=", token, b"&login=nobody&password=nothing")
    with machine() as here:
        page = web(here, WHOSE_MAX_BODY="2048")
        assert page.send(head + END).status == 403, "without the token in the form it is not from our page"
        assert page.send(head + form + END).status == 200, "wrong credentials, read from the form"
        assert page.send(head + form + chunks(b"x" * 2048) + END).status == 413
