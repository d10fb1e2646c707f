"""The security log: what may be stored, and reading it."""

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from tests.factories import make_admin, make_user
from triage.accounts import security
from triage.accounts.models import Kind, SecurityEvent

pytestmark = pytest.mark.django_db

LOG = reverse("security")


def happened(kind: Kind = Kind.SIGNED_IN, **fields: object) -> SecurityEvent:
    return SecurityEvent.objects.create(at=timezone.now(), kind=kind, **fields)


def read(client: Client, **query: str) -> str:
    client.force_login(make_admin("reader"))
    return client.get(LOG, query).content.decode()


@pytest.mark.parametrize("name", ["\0", "\ud800", "a" * 10_000, "<script>"])
def test_whatever_somebody_types_as_a_name_can_be_stored(name: str) -> None:
    request = RequestFactory().post("/")
    request.user = make_user()
    security.record(Kind.SIGN_IN_FAILED, request, details={"name": name})
    assert SecurityEvent.objects.get().details["name"]


def test_what_somebody_typed_is_shown_escaped(client: Client) -> None:
    happened(details={"name": "<script>alert(1)</script>"})
    assert "<script>alert" not in read(client)


def test_it_is_filtered_by_what_happened(client: Client) -> None:
    happened(Kind.SIGN_IN_FAILED, details={"name": "ann"})
    happened(Kind.SIGNED_OUT, details={"name": "bob"})
    page = read(client, kind=Kind.SIGN_IN_FAILED)
    assert "name: ann" in page
    assert "name: bob" not in page


@pytest.mark.parametrize("who", ["ANN", "lovel"])
def test_it_is_filtered_by_who_did_it_or_to_whom(client: Client, who: str) -> None:
    ann = make_user("ann", name="Ann Lovelace")
    happened(actor=ann, details={"n": "did"})
    happened(subject=ann, details={"n": "suffered"})
    happened(actor=make_user("bob"), details={"n": "other"})
    page = read(client, who=who)
    assert "n: did" in page
    assert "n: suffered" in page
    assert "n: other" not in page


def test_a_long_log_is_read_page_by_page_while_new_lines_arrive(client: Client) -> None:
    for number in range(60):
        happened(details={"line": str(number)})
    first = read(client)
    assert "line: 59" in first
    assert "line: 9" not in first
    happened(details={"line": "new"})
    before = SecurityEvent.objects.get(details={"line": "10"}).pk
    second = client.get(LOG, {"before": before}).content.decode()
    assert "line: 9" in second
    assert "line: new" not in second


@pytest.mark.parametrize("query", [{"before": "x"}, {"kind": "nonsense"}, {"who": "a\0b"}, {"before": "9" * 40}])
def test_a_nonsense_filter_breaks_nothing(client: Client, query: dict[str, str]) -> None:
    client.force_login(make_admin())
    assert client.get(LOG, query).status_code == 200
