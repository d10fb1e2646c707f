"""What the base layout shows on every page."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from ownership.models import User
from ownership.roles import Action, may
from triage.web.views.me import THEMES


@dataclass(frozen=True)
class Entry:
    """A place in the navigation: its route, its word, its picture, and the names of all routes that belong to it."""

    route: str
    word: str
    icon: str
    holds: frozenset[str] = frozenset()


# On a phone the bottom bar has room for five.
MAIN = (
    Entry("now", "Now", "now"),
    Entry("teams", "Teams", "teams"),
    Entry("health", "Health", "health"),
    Entry(
        "me",
        "Settings",
        "settings",
        frozenset({"sessions", "account_change_password", "people", "invite", "invite_again", "person", "change_role"})
        | {"deactivate", "security"},
    ),
)
OWN_SETTINGS = (
    Entry("me", "You", ""),
    Entry("sessions", "Sessions", ""),
    Entry("account_change_password", "Password", ""),
)
ADMIN_SETTINGS = (
    Entry("people", "People", "", frozenset({"invite", "invite_again", "person", "change_role", "deactivate"})),
    Entry("security", "Security log", ""),
)


def shell(request: HttpRequest) -> dict[str, Any]:
    """The navigation with the present place marked, the looks, the instant, the version."""
    user = getattr(request, "user", None)
    person = user if isinstance(user, User) else None
    match = getattr(request, "resolver_match", None)
    here = match.view_name if match else ""
    is_admin = person is not None and may(person.role, Action.ADMINISTER)
    settings_entries = OWN_SETTINGS + (ADMIN_SETTINGS if is_admin else ())
    theme = request.COOKIES.get("theme", "auto")
    return {
        "is_in": person is not None,
        "main_nav": [(entry, here == entry.route or here in entry.holds) for entry in MAIN] if person else [],
        "settings_nav": [(entry, here == entry.route or here in entry.holds) for entry in settings_entries],
        "theme": theme if theme in THEMES else "auto",
        "themes": THEMES,
        "here_path": request.get_full_path() if request.method == "GET" else "/",
        "now": timezone.now(),
        "version": settings.VERSION,
    }
