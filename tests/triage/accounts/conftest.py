"""What the tests of accounts share."""

from collections.abc import Callable

import pytest
from django.core import mail
from django.core.mail import EmailMessage

from triage.accounts import mails

Mailbox = Callable[[], list[EmailMessage]]


@pytest.fixture
def mailbox() -> Mailbox:
    """Every mail sent so far. They leave one after the other in another thread; this asks when it is through."""

    def sent() -> list[EmailMessage]:
        mails._sender.submit(lambda: None).result(timeout=10)
        return list(mail.outbox)

    return sent
