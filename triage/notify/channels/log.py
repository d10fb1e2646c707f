"""For trying out: a page becomes a line in the worker's log."""

import structlog

from triage.notify.message import Message

log = structlog.get_logger(__name__)


class Log:
    """Never fails. The acknowledge link is left out: a log is read by others too."""

    def send(self, message: Message, *, address: str, secret: str, zone: str) -> None:  # noqa: ARG002 - a channel's shape
        log.info("page", subject=message.subject, owner=message.owner, link=message.link, to=address)
