"""A signed POST to an address that a team named: never to an address inside, wherever its name leads."""

import hashlib
import hmac
import json
import time
from typing import Any

import httpx
from django.conf import settings

from triage.notify.channels.error import ChannelError
from triage.notify.message import Message
from triage.notify.outside import Inside, pinned

TIMEOUT = 10.0  # seconds for the whole answer to begin, and for each part of it
_GONE = {400, 401, 403, 404, 405, 410}  # answers that the next try would get too


class Webhook:
    """Sends JSON with `X-Whose-Signature: t=<unix seconds>,v1=<hex>`: HMAC-SHA256 of `<t>.<body>`."""

    def send(self, message: Message, *, address: str, secret: str, zone: str) -> None:  # noqa: ARG002 - a channel's shape
        body = json.dumps(payload(message)).encode()
        headers = {"Content-Type": "application/json", "User-Agent": "Whose"}
        if secret:
            headers["X-Whose-Signature"] = signature(body, secret, at=int(time.time()))
        try:
            url, host, extensions = pinned(address, allowed=settings.WEBHOOK_HOSTS)
            with httpx.Client(timeout=TIMEOUT, trust_env=False) as client:
                answer = client.post(url, content=body, headers=headers | {"Host": host}, extensions=extensions)
        except Inside as error:
            raise ChannelError(str(error), permanent=True) from error
        except httpx.HTTPError as error:
            raise ChannelError(f"{host_of(address)} did not answer: {type(error).__name__}.") from error
        if not answer.is_success:
            sentence = f"{host_of(address)} answered {answer.status_code}; check the address."
            raise ChannelError(sentence, permanent=answer.status_code in _GONE or answer.is_redirect)


def host_of(address: str) -> str:
    """What of an address may be shown: paths of chat webhooks are secrets."""
    return httpx.URL(address).host


def signature(body: bytes, secret: str, *, at: int) -> str:
    """What the receiver computes again; it should refuse a `t` that is minutes old: copies are sent later."""
    return f"t={at},v1={hmac.new(secret.encode(), f'{at}.'.encode() + body, hashlib.sha256).hexdigest()}"


def payload(message: Message) -> dict[str, Any]:
    """The message as JSON; `text` is for chats that show one field."""
    return {
        "version": 1,
        "event": "resolved" if message.is_over else "page",
        "incident": message.incident,
        "text": f"{message.subject}\n{message.link}",
        "sentence": message.sentence,
        "verdict": message.verdict,
        "confidence": message.confidence,
        "cluster": message.cluster,
        "severity": message.severity,
        "owner": message.owner,
        "why": message.owner_why,
        "findings": list(message.findings),
        "namespaces": list(message.namespaces),
        "began_at": message.began_at.isoformat(),
        "ended_why": message.ended_why,
        "link": message.link,
        "acknowledge_link": message.acknowledge_link,
    }
