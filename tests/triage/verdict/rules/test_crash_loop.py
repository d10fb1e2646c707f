"""Whose it is that a program ends."""

from dataclasses import replace

import pytest

from tests.casework.makers import Scene, Workload, crashing
from tests.triage.verdict.rules.looks import cluster, lines, verdicts
from triage.verdict import Suspect, Verdict
from triage.verdict.rules.crash_loop import API, DNS, WATCHES, crash_loop


def _crash(
    made: Scene, workload: Workload, words: str = "", *, exit_code: int = 1, node: str = "", minutes: int = 20
) -> None:
    (pod,) = made.rollout(workload, state=crashing(minutes, exit_code=exit_code), minutes=minutes, node=node or None)
    if words:
        pod["status"]["containerStatuses"][0]["lastState"]["terminated"]["message"] = words


@pytest.mark.parametrize(
    ("words", "whose"),
    [
        ("panic: runtime error: invalid memory address or nil pointer dereference", "Go"),
        ("Traceback (most recent call last):\n  File \"a.py\", line 1\nKeyError: 'DATABASE_URL'", "Python"),
        ("Error: Cannot find module '/app/server.js'", "Node.js"),
        ('Exception in thread "main" java.lang.NoClassDefFoundError: a/B', "Java"),
        ("nginx: [emerg] bind() to 0.0.0.0:80 failed (13: Permission denied)", "nginx"),
        ("listen tcp :8080: bind: address already in use", "Go"),
        ('FATAL: password authentication failed for user "app"', "PostgreSQL"),
        ("Access denied for user 'app'@'10.0.0.7' (using password: YES)", "MySQL"),
        ("WRONGPASS invalid username-password pair or user is disabled.", "Redis"),
        ('ERROR: relation "users" does not exist', "a migration that did not run"),
        ("flag provided but not defined: -listen", "Go"),
        ("x509: certificate has expired or is not yet valid", "its own certificate"),
    ],
)
def test_what_it_says_itself(words: str, whose: str) -> None:
    made, teams = cluster()
    _crash(made, teams["cart"], words)
    (cause,) = verdicts(made)
    assert (cause.verdict, cause.suspect) == (Verdict.APPLICATION, Suspect("Deployment", "cart", "shop")), whose
    assert any("says why" in finding.claim for finding in cause.findings), whose


@pytest.mark.parametrize(
    ("words", "whose"),
    [
        ("failed to create fsnotify watcher: too many open files", "kubectl, Go"),
        ("The configured user limit (128) on the number of inotify instances has been reached", ".NET"),
        ("Error: ENOSPC: System limit for number of file watchers reached, watch '/app'", "Node.js"),
        ("inotify_init1: too many open files", "systemd"),
        ("tail: inotify resources exhausted", "coreutils"),
    ],
)
def test_file_watches_are_the_nodes(words: str, whose: str) -> None:
    assert WATCHES.fits(words), whose
    made, teams = cluster()
    _crash(made, teams["cart"], words, node="worker-2")
    (cause,) = verdicts(made)
    assert (cause.verdict, cause.suspect) == (Verdict.CLUSTER, Suspect("Node", "worker-2")), whose


@pytest.mark.parametrize(
    ("words", "whose"),
    [
        ('failed to get server groups: Get "https://10.96.0.1:443/api": dial tcp 10.96.0.1:443: i/o timeout', "Go"),
        ('Get "https://10.96.0.1:443/version": dial tcp 10.96.0.1:443: connect: connection refused', "Go"),
        ("Get https://kubernetes.default.svc/api/v1/nodes: net/http: TLS handshake timeout", "Go before 1.14"),
    ],
)
def test_who_does_not_reach_the_api_server_is_no_culprit_if_others_do_not_either(words: str, whose: str) -> None:
    assert API.fits(words), whose
    made, teams = cluster()
    for name in ("cart", "query", "invoices"):
        _crash(made, teams[name], words)
    assert {cause.verdict for cause in verdicts(made)} == {Verdict.CLUSTER}, whose


@pytest.mark.parametrize(
    "words",
    [
        "dial tcp: lookup db on 10.96.0.10:53: read udp 10.2.0.7:4012->10.96.0.10:53: i/o timeout",
        "getaddrinfo EAI_AGAIN db",
        "psycopg2.OperationalError: could not translate host name: Temporary failure in name resolution",
        ";; connection timed out; no servers could be reached",
    ],
)
def test_name_resolution_is_left_to_others(words: str) -> None:
    assert DNS.fits(words)
    made, teams = cluster()
    _crash(made, teams["cart"], words)
    assert lines(crash_loop, made) == []


def test_what_is_needed_and_fails_itself_is_to_blame() -> None:
    made, teams = cluster()
    _crash(made, teams["cart"], "dial tcp 10.96.1.1:5432: connect: connection refused: http://query.search.svc:8080/")
    _crash(made, teams["query"], "panic: out of range")
    found = [one for one in lines(crash_loop, made) if one.suspect.name == "query" and one.explains[0].name == "cart"]
    assert [one.weight > 0 for one in found] == [True]


def test_a_service_that_is_not_there_is_its_own_mistake() -> None:
    made, teams = cluster()
    _crash(made, teams["cart"], "dial tcp: lookup storefrnt on 10.96.0.10:53: no such host")
    (line,) = lines(crash_loop, made)
    assert "storefrnt, which is no service" in line.claim


@pytest.mark.parametrize(
    ("code", "least"),
    [(0, 1.8), (1, 1.8), (2, 1.8), (126, 3.0), (127, 3.0), (134, 1.8), (139, 1.8), (137, 0.4), (143, 0.4)],
)
def test_exit_codes(code: int, least: float) -> None:
    made, teams = cluster()
    _crash(made, teams["cart"], exit_code=code)
    (line,) = lines(crash_loop, made)
    assert (line.suspect.name, line.weight) == ("cart", least)


def test_the_same_revision_elsewhere_clears_the_program() -> None:
    made, teams = cluster()
    made.put(teams["cart"].pods[0], replace(crashing(20), restarts=9))
    (line,) = lines(crash_loop, made)
    assert line.weight == 0.4


def test_programs_of_several_teams_that_end_at_once_have_the_cluster_in_common() -> None:
    made, teams = cluster()
    for name in ("cart", "query", "invoices"):
        _crash(made, teams[name])
    assert [one.suspect.kind for one in lines(crash_loop, made)].count("Cluster") == 3
    made, teams = cluster()
    for name, minutes in (("cart", 20), ("query", 60), ("invoices", 120)):
        _crash(made, teams[name], minutes=minutes)
    assert "Cluster" not in {one.suspect.kind for one in lines(crash_loop, made)}
