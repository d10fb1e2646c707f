"""Settings read from the environment: typed, and refused with a sentence that says what to write instead."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.core.exceptions import ImproperlyConfigured

from ownership.precedence import DEFAULT_ORDER, NoOrder, Precedence, order_of


def text(name: str, default: str = "") -> str:
    """The variable without surrounding blanks; an empty one counts as not set."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, *, default: bool) -> bool:
    """`1 true yes on` or `0 false no off`, in any case; anything else stops the start."""
    raw = text(name).lower()
    if not raw:
        return default
    if raw in {"1", "true", "yes", "on"}:
        return True
    if raw in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name}={raw!r} is neither yes nor no. Set, for example, {name}=1")


def whole(name: str, default: int, *, least: int = 0, most: int = 2**53) -> int:
    """A whole number between `least` and `most`, both included."""
    raw = text(name, str(default))
    try:
        number = int(raw)
    except ValueError:
        number = None
    if number is None or not least <= number <= most:
        raise ImproperlyConfigured(
            f"{name}={raw!r} is not a whole number from {least} to {most}. Set, for example, {name}={default}"
        )
    return number


def words(name: str, default: str = "") -> list[str]:
    """A list separated by commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def order(name: str) -> tuple[Precedence, ...]:
    """The order of classes of ownership rules; the usual one where it is not set."""
    given = words(name)
    if not given:
        return DEFAULT_ORDER
    try:
        return order_of(given)
    except NoOrder as wrong:
        raise ImproperlyConfigured(f"{name}={','.join(given)!r}: {wrong}") from wrong


def web_address(name: str, default: str) -> str:
    """A complete http or https address, without a slash at its end."""
    raw = text(name, default)
    parts = urlsplit(raw)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ImproperlyConfigured(
            f"{name}={raw!r} is not a complete address. Set, for example, {name}=https://whose.example.org"
        )
    return raw.rstrip("/")


def database(name: str, default: str, *, pool: bool) -> dict[str, Any]:
    """Django's settings of the PostgreSQL that the variable's URL names.

    Every form that libpq reads is accepted: `postgresql://user:secret@host:5432/name?sslmode=require`, or a
    directory of a socket, `postgresql:///name?host=/run/postgresql`. The value never stands in an error: it
    may hold a password.
    """
    # Imported late: `manage.py serve` reads the other settings before there is any database.
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    raw = text(name, default)
    try:
        if urlsplit(raw).scheme not in {"postgresql", "postgres"}:
            raise ValueError("not PostgreSQL")
        parts = {key: str(value) for key, value in conninfo_to_dict(raw).items() if value is not None}
    except (ProgrammingError, ValueError):
        raise ImproperlyConfigured(
            f"{name} is not the address of a PostgreSQL. Set, for example, {name}=postgresql://whose:secret@db:5432/whose"
        ) from None
    options: dict[str, Any] = {
        key: value for key, value in parts.items() if key not in {"dbname", "user", "password", "host", "port"}
    }
    options.setdefault("connect_timeout", "5")
    options.setdefault("application_name", text("WHOSE_PROCESS", "manage"))
    if pool:
        options["pool"] = {"min_size": 1, "max_size": 16, "timeout": 5}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.get("dbname", "whose"),
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": parts.get("port", ""),
        "OPTIONS": options,
        "CONN_HEALTH_CHECKS": True,
        # With the pool, Django wants no persistent connections of its own; elsewhere a process keeps its one.
        "CONN_MAX_AGE": 0 if pool else None,
    }


def broker(name: str, default: str) -> str:
    """The broker's address as Celery reads it.

    `redis://`, `rediss://` and `unix:///path/to/socket?db=0` are accepted, as redis-py writes them; the last
    one is written `redis+socket://` by Celery.
    """
    raw = text(name, default)
    parts = urlsplit(raw)
    if parts.scheme == "unix" and parts.path:
        number = parse_qs(parts.query).get("db", ["0"])[0]
        return f"redis+socket://{parts.path}?virtual_host={number}"
    if parts.scheme in {"redis", "rediss"} and parts.hostname:
        return raw
    raise ImproperlyConfigured(
        f"{name} is not the address of a Redis or Valkey. Set, for example, {name}=redis://broker:6379/0"
    )


def secret(name: str, file: Path) -> str:
    """The variable, or what the file holds: a key made at the first start. Empty where there is neither."""
    given = text(name)
    if given:
        return given
    try:
        return file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""
