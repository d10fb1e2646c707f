"""Names that several teams miss at once."""

import pytest

from tests.casework.makers import crashing
from tests.triage.verdict.rules.staging import cluster, found
from triage.verdict import Suspect
from triage.verdict.rules.lookups import LOOKUP, lookups


@pytest.mark.parametrize(
    ("words", "whose"),
    [
        ("dial tcp: lookup db on 10.96.0.10:53: no such host", "Go"),
        ("Error: getaddrinfo EAI_AGAIN redis", "Node.js, no answer"),
        ("Error: getaddrinfo ENOTFOUND redis.shop.svc.cluster.local", "Node.js, no such name"),
        ("java.net.UnknownHostException: kafka", "Java"),
        ("could not translate host name: Temporary failure in name resolution", "libpq on glibc"),
        ("socket.gaierror: [Errno -2] Name or service not known", "Python"),
        ("wget: bad address 'db'", "busybox's wget"),
    ],
)
def test_what_says_that_a_name_is_not_found(words: str, whose: str) -> None:
    assert LOOKUP.fits(words), whose


@pytest.mark.parametrize(
    ("minutes", "is_dns", "because"),
    [
        ((20, 19, 18), True, "three namespaces within minutes"),
        ((20, 19), False, "two may both have it wrong"),
        ((200, 100, 18), False, "one after the other"),
    ],
)
def test_how_many_teams_miss_names_at_once(minutes: tuple[int, ...], *, is_dns: bool, because: str) -> None:
    made = cluster()
    for number, since in enumerate(minutes):
        made.deployment(f"team-{number}", "api", 1, state=crashing(since))
        text = "api cannot start: lookup db on 10.96.0.10:53: no such host"
        made.alert("ApiDown", since, hold=1, summary=text, namespace=f"team-{number}", deployment="api")
    told = [one.suspect for one in found(lookups, made)]
    assert told == [Suspect("Component", "coredns")] * is_dns, because
