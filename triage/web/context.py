"""What the base layout shows on every page."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from ownership.models import User
from ownership.roles import Action, may
from triage.web.board import waiting_for
from triage.web.views.me import THEMES


@dataclass(frozen=True)
class Entry:
    """A place in the navigation: its route, its word, its picture, and the names of all routes that belong to it."""

    route: str
    word: str
    icon: str
    holds: frozenset[str] = frozenset()

    def is_here(self, view_name: str) -> bool:
        return view_name == self.route or view_name in self.holds


# On a phone the bottom bar has room for five: Teams is a link on the page On call, the map one on Whose.
MAIN = (
    Entry("now", "Now", "now"),
    Entry("incidents", "Incidents", "incidents", frozenset({"incident", "resolve", "acknowledge", "comment"})),
    Entry("whose", "Whose", "whose"),
    Entry("oncall", "On call", "oncall"),
    Entry(
        "map",
        "Map",
        "map",
        frozenset(
            {"rules", "responsibilities", "import_map", "put_right", "make_row", "row", "edit_row", "remove_row"}
        ),
    ),
    Entry("teams", "Teams", "teams", frozenset({"team"})),
    Entry("me", "Settings", "settings"),
)
OWN_SETTINGS = (
    Entry("me", "You", ""),
    Entry("sessions", "Sessions", ""),
    Entry("account_change_password", "Password", ""),
    Entry("health", "Health", ""),
)
OPERATOR_SETTINGS = (
    Entry(
        "integrations",
        "Integrations",
        "",
        frozenset({"integration", "make_integration", "rotate_token", "switch_integration", "strangers"}),
    ),
)
ADMIN_SETTINGS = (
    Entry("tokens", "Tokens", "", frozenset({"make_token", "revoke_token"})),
    Entry("people", "People", "", frozenset({"invite", "invite_again", "person", "change_role", "deactivate"})),
    Entry("security", "Security log", ""),
)
_SETTINGS = (*OWN_SETTINGS, *OPERATOR_SETTINGS, *ADMIN_SETTINGS)


def shell(request: HttpRequest) -> dict[str, Any]:
    """The navigation with the present place marked, the looks, the instant, the version."""
    user = getattr(request, "user", None)
    person = user if isinstance(user, User) else None
    match = getattr(request, "resolver_match", None)
    here = match.view_name if match else ""
    may_operate = person is not None and may(person.role, Action.OPERATE)
    is_admin = person is not None and may(person.role, Action.ADMINISTER)
    settings_entries = (
        *OWN_SETTINGS,
        *(OPERATOR_SETTINGS if may_operate else ()),
        *(ADMIN_SETTINGS if is_admin else ()),
    )
    is_in_settings = any(entry.is_here(here) for entry in _SETTINGS)
    theme = request.COOKIES.get("theme", "auto")
    return {
        "is_in": person is not None,
        "may_operate": may_operate,
        "waiting": SimpleLazyObject(lambda: waiting_for(person)) if person else 0,
        "main_nav": [(entry, entry.is_here(here) or (entry.route == "me" and is_in_settings)) for entry in MAIN]
        if person
        else [],
        "settings_nav": [(entry, entry.is_here(here)) for entry in settings_entries],
        "theme": theme if theme in THEMES else "auto",
        "themes": THEMES,
        "here_path": request.get_full_path() if request.method == "GET" else "/",
        "now": timezone.now(),
        "version": settings.VERSION,
    }
