"""Where a person is signed in, and how that ends."""

import re
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from ownership.models import User


def sessions_of(user: User, *, now: datetime) -> "QuerySet[UserSession]":
    """The person's living sessions, the one used last first."""
    living = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=now)
    sessions: QuerySet[UserSession] = UserSession.objects.filter(Exists(living), user=user)
    return sessions.order_by("-last_seen_at")


def end(sessions: "QuerySet[UserSession]") -> int:
    """Signs out wherever these sessions are open, and says how many were."""
    with transaction.atomic():
        keys = list(sessions.values_list("session_key", flat=True))
        UserSession.objects.filter(session_key__in=keys).delete()
        ended, _ = Session.objects.filter(session_key__in=keys).delete()
    return ended


def end_all(user: User, *, but: str | None = None) -> int:
    """Signs the person out everywhere, or everywhere but in the session with this key."""
    return end(UserSession.objects.filter(user=user).exclude(session_key=but or ""))


_BROWSERS = (
    (re.compile(r"Edg(?:A|iOS)?/"), "Edge"),
    (re.compile(r"OPR/|Opera"), "Opera"),
    (re.compile(r"Firefox/|FxiOS/"), "Firefox"),
    (re.compile(r"Chrome/|CriOS/"), "Chrome"),
    (re.compile(r"Safari/"), "Safari"),
    (re.compile(r"curl/"), "curl"),
    (re.compile(r"python", re.IGNORECASE), "a Python program"),
)
_SYSTEMS = (
    (re.compile(r"iPhone"), "iPhone"),
    (re.compile(r"iPad"), "iPad"),
    (re.compile(r"Android"), "Android"),
    (re.compile(r"Windows"), "Windows"),
    (re.compile(r"Mac OS X|Macintosh"), "macOS"),
    (re.compile(r"CrOS"), "ChromeOS"),
    (re.compile(r"Linux|X11"), "Linux"),
)


def device(user_agent: str) -> str:
    """The browser and system that a User-Agent names, for people: `Firefox on Android`."""
    browser = next((name for pattern, name in _BROWSERS if pattern.search(user_agent)), "An unknown browser")
    system = next((name for pattern, name in _SYSTEMS if pattern.search(user_agent)), "")
    return f"{browser} on {system}" if system else browser
