"""Alertmanager's webhook, version 4. PURE.

One odd alert costs its payload nothing: what cannot be read of it is noted, and everything else is kept.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from alerts.reports import AlertReport, Batch, UnreadableDelivery
from alerts.sources.texts import load, shown, text_of, texts_of
from alerts.sources.times import is_zero, moment

# Longer texts are cut in the middle, of more labels the first by name are kept. Nobody's real ones come near.
LONGEST_LABEL = 4 * 2**10
LONGEST_ANNOTATION = 32 * 2**10
LONGEST_URL = 8 * 2**10
MOST_LABELS = 256
# Of a payload that is odd throughout, the first problems tell enough.
_MOST_PROBLEMS = 20
_VERSION = "4"
_MOST_TRUNCATED = 2**31 - 1
_FINGERPRINT = re.compile(r"[!-~]{1,64}")
_REMEDY = "Point a webhook receiver of Alertmanager here, or choose the kind of integration that sends this."


def check_shape(body: bytes) -> None:
    """Whether this looks like a payload from outside: what is refused here will not be sent again.

    Raises:
        NotJsonError: it is not JSON.
        UnreadableDelivery: it is JSON of another shape; the error names field, value and remedy.
    """
    _payload(body)


def parse(body: bytes) -> Batch:
    """The alerts that the payload holds.

    Raises:
        UnreadableDelivery: as `check_shape`.
    """
    payload = _payload(body)
    read = [_alert(number, alert, payload.get("status")) for number, alert in enumerate(payload["alerts"], start=1)]
    truncated, odd_count = _truncated(payload.get("truncatedAlerts"))
    problems = [*_odd_version(payload.get("version")), *odd_count, *(one for one in read if isinstance(one, str))]
    return Batch(
        reports=tuple(one for one in read if isinstance(one, AlertReport)),
        truncated=truncated,
        problems=_the_first(problems),
    )


def _payload(body: bytes) -> dict[str, Any]:
    payload = load(body)
    if not isinstance(payload, dict):
        raise UnreadableDelivery("The body", f"{shown(payload)} and not an object", _REMEDY)
    if "alerts" not in payload:
        names = ", ".join(sorted(payload)[:10])
        raise UnreadableDelivery("Field `alerts`", f"missing; there are {shown(names)}", _REMEDY)
    if not isinstance(payload["alerts"], list):
        raise UnreadableDelivery("Field `alerts`", f"{shown(payload['alerts'])} and not a list", _REMEDY)
    return payload


def _odd_version(version: Any) -> list[str]:
    if version is None or str(version) == _VERSION:
        return []
    return [f"Field `version` is {shown(version)}; it was read as version {_VERSION}."]


def _truncated(count: Any) -> tuple[int, list[str]]:
    if count is None:
        return 0, []
    if isinstance(count, int) and 0 <= count <= _MOST_TRUNCATED:
        return int(count), []
    return 0, [f"Field `truncatedAlerts` is {shown(count)} and not a count."]


def _the_first(problems: list[str]) -> tuple[str, ...]:
    more = len(problems) - _MOST_PROBLEMS
    return (*problems[:_MOST_PROBLEMS], *([f"And {more} more."] if more > 0 else []))


def _alert(number: int, alert: Any, status_of_all: Any) -> AlertReport | str:
    """The report, or the problem where there is none to make."""
    if not isinstance(alert, dict):
        return f"Alert {number} is {shown(alert)} and not an object; it was left out."
    notes: list[str] = []
    labels = _mapping(alert, "labels", LONGEST_LABEL, notes)
    annotations = _mapping(alert, "annotations", LONGEST_ANNOTATION, notes)
    return AlertReport(
        fingerprint=_fingerprint(alert.get("fingerprint"), labels, notes),
        starts_at=_starts_at(alert.get("startsAt"), notes),
        is_firing=_is_firing(alert.get("status"), status_of_all, notes),
        labels=labels,
        annotations=annotations,
        ends_at=_ends_at(alert.get("endsAt"), notes),
        generator_url=text_of(alert.get("generatorURL"), most=LONGEST_URL),
        notes=tuple(notes),
    )


def _mapping(alert: Mapping[str, Any], name: str, most: int, notes: list[str]) -> dict[str, str]:
    given = alert.get(name)
    if given is None:
        return {}
    if not isinstance(given, dict):
        notes.append(f"Field `{name}` is {shown(given)} and not an object.")
        return {}
    if len(given) > MOST_LABELS:
        notes.append(f"Field `{name}` has {len(given)} entries; the first {MOST_LABELS} by name were kept.")
    if any(isinstance(value, str) and len(value) > most for value in given.values()):
        notes.append(f"Field `{name}` has a value of more than {most} characters; it was cut in the middle.")
    return texts_of(given, most=most, most_entries=MOST_LABELS)


def _fingerprint(given: Any, labels: Mapping[str, str], notes: list[str]) -> str:
    if isinstance(given, str) and _FINGERPRINT.fullmatch(given):
        return given
    if given not in (None, ""):
        notes.append(f"Field `fingerprint` is {shown(given)}; one was made of the labels.")
    written = json.dumps(labels, sort_keys=True).encode()
    return hashlib.sha256(written).hexdigest()[:16]


def _starts_at(given: Any, notes: list[str]) -> datetime:
    read = moment(given)
    if read.oddity:
        notes.append(f"Field `startsAt` is {shown(given)}, which {read.oddity}; {read.at:%Y-%m-%d} stands for it.")
    return read.at


def _ends_at(given: Any, notes: list[str]) -> datetime | None:
    if is_zero(given):
        return None
    read = moment(given)
    if read.oddity:
        notes.append(f"Field `endsAt` is {shown(given)}, which {read.oddity}; it was not used.")
        return None
    return read.at


def _is_firing(status: Any, status_of_all: Any, notes: list[str]) -> bool:
    """What is not said to be resolved is firing: nothing that may be wrong is taken for well."""
    if status in ("firing", "resolved"):
        return bool(status == "firing")
    # The payload is resolved only if all of its alerts are.
    is_resolved = status is None and status_of_all == "resolved"
    notes.append(f"Field `status` is {shown(status)}; it counts as {'resolved' if is_resolved else 'firing'}.")
    return not is_resolved
