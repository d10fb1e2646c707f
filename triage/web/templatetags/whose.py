"""Times, people and teams, as every page writes them."""

import zlib
from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from ownership.models import Team, User
from triage.web.ages import age
from triage.web.middleware import loggable

register = template.Library()
register.filter("loggable", loggable)
COLOURS = 8
NEVER = "\N{EN DASH}"


@register.simple_tag
def moment(at: datetime | None, shape: str = "full") -> SafeString | str:
    """An instant in the reader's zone, which is named; UTC stands in the title.

    Args:
        at: the instant; None is shown as a dash.
        shape: `full` (Tue 21 Oct 2025, 03:09 CEST), `second` (with seconds) or `clock` (03:09).
    """
    if at is None:
        return NEVER
    local = timezone.localtime(at)
    shown = {
        "full": f"{local:%a} {local.day} {local:%b %Y, %H:%M %Z}",
        "second": f"{local:%a} {local.day} {local:%b %Y, %H:%M:%S %Z}",
        "clock": f"{local:%H:%M}",
    }[shape]
    return _time(at, shown)


@register.simple_tag
def ago(at: datetime | None, now: datetime) -> SafeString | str:
    """How long ago it was: `8 min ago`; the instant stands in the title."""
    if at is None:
        return NEVER
    shown = age(now - at)
    return _time(at, shown if shown == "now" else f"{shown} ago")


def _time(at: datetime, shown: str) -> SafeString:
    local, utc = timezone.localtime(at), at.astimezone(timezone.get_fixed_timezone(0))
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
        f"{local:%a} {local.day} {local:%b %Y, %H:%M:%S %Z} · {utc:%H:%M:%S} UTC",
        shown,
    )


@register.filter
def commands(text: str) -> SafeString:
    """What stands between backticks is something to type."""
    parts = enumerate(text.split("`"))
    return format_html_join(
        "", "{}", ((format_html("<code>{}</code>", part) if place % 2 else part,) for place, part in parts)
    )


@register.inclusion_tag("web/_person.html")
def person(user: User | None, *, you: User | None = None) -> dict[str, object]:
    """A person's tag: initial, name, and whether it is the reader."""
    return {"person": user, "colour": _colour(user.username) if user else "", "is_you": bool(you) and user == you}


@register.inclusion_tag("web/_team.html")
def team(team: Team) -> dict[str, object]:
    """A team's tag: a short code in its colour, and the name."""
    return {"team": team, "colour": _colour(team.slug), "code": team.slug[:3].upper()}


def _colour(key: str) -> str:
    """One of eight, always the same for the same key; colours repeat, so a name always stands beside them."""
    return f"t{zlib.crc32(key.encode()) % COLOURS + 1}"
