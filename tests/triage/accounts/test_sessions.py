"""Where one is signed in, and ending that."""

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse

from ownership.models import User
from tests.factories import make_user
from triage.accounts.models import Kind, SecurityEvent
from triage.accounts.sessions import device

PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36"
DESK = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def signed_in(user: User, user_agent: str = DESK) -> Client:
    client = Client(headers={"user-agent": user_agent})
    client.force_login(user)
    client.get("/")
    return client


@pytest.mark.django_db
def test_each_living_session_is_listed_with_its_device() -> None:
    ann = make_user()
    here, _phone = signed_in(ann), signed_in(ann, PHONE)
    page = here.get(reverse("sessions")).content.decode()
    assert "Firefox on Linux" in page
    assert "Chrome on Android" in page


@pytest.mark.django_db
def test_one_other_session_is_ended() -> None:
    ann = make_user()
    here, phone = signed_in(ann), signed_in(ann, PHONE)
    session = UserSession.objects.get(user_agent=PHONE)
    page = here.post(reverse("end_session", args=[session.pk]), follow=True).content.decode()
    assert "Signed out: Chrome on Android." in page
    assert phone.get("/").status_code == 302
    assert here.get("/").status_code == 200


@pytest.mark.django_db
def test_all_other_sessions_are_ended_at_once() -> None:
    ann = make_user()
    here, others = signed_in(ann), [signed_in(ann, PHONE) for _ in range(3)]
    here.post(reverse("end_other_sessions"))
    assert [other.get("/").status_code for other in others] == [302, 302, 302]
    assert here.get("/").status_code == 200


@pytest.mark.django_db
def test_nobody_ends_the_session_of_somebody_else() -> None:
    mine, hers = signed_in(make_user()), signed_in(make_user(), PHONE)
    session = UserSession.objects.get(user_agent=PHONE)
    assert mine.post(reverse("end_session", args=[session.pk])).status_code == 404
    mine.post(reverse("end_other_sessions"))
    assert hers.get("/").status_code == 200


@pytest.mark.django_db
def test_this_session_is_ended_by_signing_out_and_not_from_the_list() -> None:
    here = signed_in(make_user())
    session = UserSession.objects.get()
    assert here.post(reverse("end_session", args=[session.pk])).status_code == 404


@pytest.mark.django_db
def test_ending_a_session_stands_in_the_log() -> None:
    ann = make_user()
    here, _phone = signed_in(ann), signed_in(ann, PHONE)
    here.post(reverse("end_session", args=[UserSession.objects.get(user_agent=PHONE).pk]))
    event = SecurityEvent.objects.get()
    assert (event.kind, event.details) == (Kind.SESSION_ENDED, {"device": "Chrome on Android"})


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (DESK, "Firefox on Linux"),
        (PHONE, "Chrome on Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/126.0 Safari/537.36 Edg/126.0", "Edge on Windows"),
        ("curl/8.5.0", "curl"),
        ("", "An unknown browser"),
    ],
)
def test_a_user_agent_in_words(user_agent: str, words: str) -> None:
    assert device(user_agent) == words
