"""Mails about accounts. They leave in the background: how long a mail server takes must not tell who has an account."""

from concurrent.futures import Future, ThreadPoolExecutor
from smtplib import SMTPException

import structlog
from django.core.mail import EmailMessage

log = structlog.get_logger(__name__)
_sender = ThreadPoolExecutor(max_workers=1, thread_name_prefix="account-mail")


def send_soon(message: EmailMessage) -> "Future[bool]":
    """Sends it from another thread; the result says whether it went out, and a failure stands in the log."""
    return _sender.submit(_send, message)


def _send(message: EmailMessage) -> bool:
    try:
        message.send()
    except (OSError, SMTPException) as error:
        log.warning("mail about an account was not sent", subject=message.subject, error=str(error))
        return False
    return True
