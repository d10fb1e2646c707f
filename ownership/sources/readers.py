"""What makes a text a slug, an address, a wall time: each reader answers the value or what is wrong with it. PURE."""

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from ownership.matchers import wrong_with
from ownership.sources.fields import Reader, Wrong, suggestion
from ownership.zones import is_zone, zone_names

SLUG = re.compile(r"[a-zA-Z0-9_-]{1,63}")
NAMESPACE = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
USERNAME = re.compile(r"[\w.@+-]{1,64}")
EMAIL = re.compile(r'[^@\s"<>,;:()\[\]\\]+@[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?')
LABEL = re.compile(r"[a-zA-Z0-9_]([a-zA-Z0-9_./-]{0,315}[a-zA-Z0-9_])?")
# What begins with system: means everybody, or the cluster itself: no team is that.
GROUP = re.compile(r"(?!system:)[A-Za-z0-9_][A-Za-z0-9_.@:/+-]{0,252}")
WAIT = re.compile(r"(?:(\d{1,4})h)?\s*(?:(\d{1,5})m)?")
SECRET_ENV = re.compile(r"WHOSE_HOOK_[A-Z0-9_]{1,80}")
_WALL = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")

ON_CALL, TEAM = "on-call", "team"
LEAST_WAIT, MOST_WAIT = timedelta(minutes=1), timedelta(hours=24)


def slug(text: str) -> str | Wrong:
    if SLUG.fullmatch(text):
        return text
    return Wrong("is not a slug", "Write at most 63 letters, digits, hyphens and underscores, for example payments-eu.")


def namespace(text: str) -> str | Wrong:
    if NAMESPACE.fullmatch(text):
        return text
    return Wrong(
        "is not a name that Kubernetes gives a namespace", "Write at most 63 small letters, digits and hyphens."
    )


def username(text: str) -> str | Wrong:
    if text in (ON_CALL, TEAM):
        return Wrong("is a word of escalation steps", "Choose another username.")
    if USERNAME.fullmatch(text):
        return text
    return Wrong("is not a username", "Write at most 64 letters, digits and @ . + - _, for example ada.")


def group(text: str) -> str | Wrong:
    """A group as the authentication of a cluster calls it."""
    if GROUP.fullmatch(text):
        return text
    return Wrong(
        "is no group that a team can be",
        "Write at most 253 letters, digits and _ . @ : / + -, and nothing that begins with system:, "
        "for example oidc:payments.",
    )


def words(most: int) -> Reader:
    """Any text of one line, up to a number of characters."""

    def read(text: str) -> str | Wrong:
        if len(text) > most:
            return Wrong(f"is {len(text)} characters long", f"At most {most} are kept.")
        return text if text.isprintable() else Wrong("holds control characters", "Write one line of plain text.")

    return read


def email(text: str) -> str | Wrong:
    """An address in lower case, as people's addresses are kept."""
    if EMAIL.fullmatch(text) and len(text) <= 254 and ".." not in text and text.isprintable():
        return text.lower()
    return Wrong("is not an e-mail address", "Write, for example, ada@example.org.")


def web_address(text: str) -> str | Wrong:
    try:
        parts = urlsplit(text)
        complete = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        complete = False
    if not complete or len(text) > 500 or not text.isprintable() or " " in text:
        return Wrong(
            "is not a complete web address", "Write, for example, https://chat.example.org/hook.", is_secret=True
        )
    if parts.username or parts.password:
        return Wrong("holds a user or a password", "Leave it out, and name a secret by secret_env.", is_secret=True)
    return text


def secret_env(text: str) -> str | Wrong:
    """The name of an environment variable. The prefix keeps a file from naming other secrets of the service."""
    if SECRET_ENV.fullmatch(text):
        return text
    return Wrong(
        "is not the name of a signing secret",
        "Name an environment variable that begins with WHOSE_HOOK_, for example WHOSE_HOOK_CHAT.",
    )


def zone(text: str) -> str | Wrong:
    if is_zone(text):
        return text
    return Wrong("is not a time zone", suggestion(text, zone_names()) if text else "Write, for example, Europe/Berlin.")


def wall_time(text: str) -> str | Wrong:
    """A wall time as `YYYY-MM-DD HH:MM` (ISO format, with seconds only where they are not 0)."""
    for form in _WALL:
        try:
            found = datetime.strptime(text, form)  # noqa: DTZ007 - a wall time: its zone stands beside it
        except ValueError:
            continue
        if 1970 <= found.year <= 2200:
            return found.isoformat(" ", "seconds" if found.second else "minutes")
    return Wrong("is not a local date and time", "Write it without a zone, for example 2026-01-05 09:00.")


def wait(text: str) -> str | Wrong:
    """A wait as whole minutes."""
    found = WAIT.fullmatch(text)
    length = timedelta(hours=int(found[1] or 0), minutes=int(found[2] or 0)) if found and text else timedelta(0)
    if LEAST_WAIT <= length <= MOST_WAIT:
        return str(length // timedelta(minutes=1))
    return Wrong("is not a time between 1m and 24h", "Write, for example, 5m or 1h30m.")


def whole(least: int, most: int) -> Reader:
    """A whole number within bounds."""

    def read(text: str) -> str | Wrong:
        if text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most:
            return str(int(text))
        return Wrong("is not a whole number that fits", f"Write a number from {least} to {most}.")

    return read


def one_of(values: Collection[str]) -> Reader:
    """A word out of few."""

    def read(text: str) -> str | Wrong:
        return text if text in values else Wrong("is none of the words here", suggestion(text, values))

    return read


def text(written: str) -> str | Wrong:
    """A text of a matcher: a word, a glob, or a pattern of RE2 after a `~`."""
    wrong = wrong_with(written)
    return Wrong(wrong, "Write a word, a glob such as shop-*, or a pattern such as ~shop-(a|b).") if wrong else written


def label(name: str) -> str | Wrong:
    if LABEL.fullmatch(name):
        return name
    return Wrong("is not the name of a label", "Write letters, digits and . _ - /, for example app.kubernetes.io/name.")


def contact(text: str) -> str | Wrong:
    """Where people find a team, as they write it: an address, a number, the name of a room."""
    return words(500)(text)


def known(noun: str, names: Collection[str]) -> Reader:
    """A name that the file or the map has."""

    def read(text: str) -> str | Wrong:
        return text if text in names else Wrong(f"is not a known {noun}", suggestion(text, names))

    return read
