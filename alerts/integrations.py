"""The only writer of integrations: makes them, gives them new tokens, and says what to write into their sender."""

from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import slugify

from alerts.models import Integration
from alerts.severities import Severity
from alerts.tokens import hash_of, hint_of, new_token

_SLUG_LENGTH = 63


class WithToken(NamedTuple):
    """An integration and its token, which can be shown this once and never again."""

    integration: Integration
    token: str


def create(
    name: str,
    *,
    cluster: str,
    slug: str = "",
    kind: str = Integration.Kind.ALERTMANAGER,
    cluster_label: str = "cluster",
    severities: Mapping[str, str] | None = None,
    repeat_interval: timedelta = timedelta(hours=4),
    api_url: str = "",
) -> WithToken:
    """A new integration.

    Args:
        name: what people call it.
        cluster: the slug of the cluster of alerts that name none.
        slug: how addresses name it; made of the name where it is empty.
        kind: which parser reads its deliveries.
        cluster_label: the label that names the cluster.
        severities: value of the label `severity` → one of ours, for values that are not known anyway.
        repeat_interval: Alertmanager's `repeat_interval`.
        api_url: its own address, to ask which alerts it still has; empty: it is not asked.

    Raises:
        ValidationError: for a value that cannot be, by field.
    """
    token = new_token()
    made = Integration(
        name=name,
        slug=slug or _free_slug(name),
        kind=kind,
        cluster=cluster,
        cluster_label=cluster_label,
        severities=known_severities(severities or {}),
        repeat_interval=_positive(repeat_interval),
        api_url=without_password(api_url),
        due_at=timezone.now() if api_url else None,
        token_hash=hash_of(token),
        token_hint=hint_of(token),
    )
    made.full_clean()
    made.save(force_insert=True)
    return WithToken(made, token)


def rotate_token(integration: Integration) -> str:
    """A new token for it; the old one is refused from now on (by each web process within five seconds)."""
    token = new_token()
    integration.token_hash, integration.token_hint = hash_of(token), hint_of(token)
    integration.save(update_fields=["token_hash", "token_hint"])
    return token


def switch(integration: Integration, *, on: bool) -> None:
    """What it sends is taken in, or refused, from now on (by each web process within five seconds)."""
    integration.is_active = on
    integration.save(update_fields=["is_active"])


def without_password(address: str) -> str:
    """The address without a slash at its end.

    Raises:
        ValidationError: where it holds a name or password, which everybody who may see integrations would read.
    """
    if urlsplit(address).username or urlsplit(address).password:
        raise ValidationError({"api_url": "It holds a password. An Alertmanager that wants one cannot be asked."})
    return address.rstrip("/")


def known_severities(mapping: Mapping[str, str]) -> dict[str, str]:
    """The mapping in lower case.

    Raises:
        ValidationError: where it maps to a word that is not one of ours.
    """
    severities = {word.strip().lower(): severity.strip().lower() for word, severity in mapping.items()}
    for word, severity in severities.items():
        if severity not in set(Severity):
            choices = ", ".join(Severity)
            raise ValidationError({"severities": f"{word!r} is mapped to {severity!r}. Choose one of {choices}."})
    return severities


def _positive(interval: timedelta) -> timedelta:
    if interval <= timedelta(0):
        raise ValidationError({"repeat_interval": f"{interval} is not longer than nothing. Write, for example, 4h."})
    return interval


def _free_slug(name: str) -> str:
    """Of the name; with a number where somebody has it already."""
    stem = slugify(name)[: _SLUG_LENGTH - 4].strip("-") or Integration.Kind.ALERTMANAGER.value
    taken = set(Integration.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    candidates = [stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 2))]
    return next(slug for slug in candidates if slug not in taken)


def alertmanager_yml(integration: Integration, public_url: str, token: str, *, token_in_address: bool = False) -> str:
    """What to paste into alertmanager.yml (0.22 or newer), so that everything reaches Whose beside who gets it now.

    Args:
        public_url: the service's address, without a slash at its end.
        token: as it was shown when it was made.
        token_in_address: for senders that cannot set headers. Addresses end up in logs, so only for those.
    """
    address = f"{public_url}/hooks/alertmanager"
    receiver = [
        f"  - name: whose-{integration.slug}",
        "    webhook_configs:",
        f'      - url: "{address}/{token}"' if token_in_address else f'      - url: "{address}"',
        "        send_resolved: true",
        "        max_alerts: 0",
    ]
    if not token_in_address:
        receiver += [
            "        http_config:",
            "          authorization:",
            "            type: Bearer",
            f'            credentials: "{token}"',
        ]
    route = [
        "route:",
        "  # Put this route before those that you have: the others still get everything.",
        "  routes:",
        f"    - receiver: whose-{integration.slug}",
        "      continue: true",
        f"      repeat_interval: {_as_prometheus_writes(integration.repeat_interval)}",
    ]
    return "\n".join([*route, "receivers:", *receiver, ""])


def _as_prometheus_writes(interval: timedelta) -> str:
    """`4h`, `90m` or `45s`: the largest unit in which it is whole."""
    seconds = max(1, round(interval.total_seconds()))
    for size, unit in ((3600, "h"), (60, "m")):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
