"""Ask an Alertmanager which alerts it still has: one that is gone without having been resolved must stop paging."""

from collections.abc import Collection
from datetime import datetime

import httpx
import structlog

from alerts.models import Alert, Integration

log = structlog.get_logger(__name__)
_TIMEOUT = 5.0  # seconds to connect, and for each part of the answer
_LONGEST = 500  # characters of a problem that are kept


class NoAnswer(Exception):  # noqa: N818 - it happens, and a sentence says what
    """The Alertmanager did not tell; nothing is known, so nothing changes."""


def ask(integration: Integration, *, now: datetime) -> None:
    """Asks once and writes down what is missing. Without an answer all stays as it is, and the problem is kept."""
    try:
        present = _fingerprints(integration.api_url)
    except NoAnswer as error:
        log.warning("an Alertmanager cannot be asked", integration=integration.slug, error=str(error))
        problem = str(error)[:_LONGEST]
    else:
        note_missing(integration, present, now=now)
        problem = ""
    Integration.objects.filter(pk=integration.pk).exclude(api_problem=problem).update(api_problem=problem)


def note_missing(integration: Integration, present: Collection[str], *, now: datetime) -> None:
    """Marks the firing alerts of this integration that its Alertmanager lacks, and those that are there again."""
    firing = Alert.objects.filter(integration=integration, status=Alert.Status.FIRING)
    firing.filter(missing_at=None).exclude(fingerprint__in=present).update(missing_at=now)
    firing.filter(fingerprint__in=present).exclude(missing_at=None).update(missing_at=None)


def _fingerprints(api_url: str) -> list[str]:
    """Of all alerts that it has, silenced and inhibited ones as well.

    Raises:
        NoAnswer: it cannot be reached, or does not answer as an Alertmanager does.
    """
    try:
        answer = httpx.get(f"{api_url}/api/v2/alerts", timeout=_TIMEOUT, trust_env=False)
        answer.raise_for_status()
        return sorted({str(alert["fingerprint"]) for alert in answer.json()})
    except httpx.HTTPStatusError as error:
        raise NoAnswer(f"It answered {error.response.status_code}. Is the address right?") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NoAnswer(
            f"It did not answer ({type(error).__name__}). Is the address right, and reached from here?"
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise NoAnswer("What answers there is no Alertmanager. Write its address without /api/v2.") from error
