"""The ways to reach people: each a class with one method and one error. A new one: a file, a line here, a test."""

from collections.abc import Mapping
from typing import Protocol

from triage.notify.channels.email import Email
from triage.notify.channels.log import Log
from triage.notify.channels.webhook import Webhook
from triage.notify.message import Message


class Channel(Protocol):
    """Sends one message to one address."""

    def send(self, message: Message, *, address: str, secret: str, zone: str) -> None:
        """Raises:
        ChannelError: it did not go out.
        """


CHANNELS: Mapping[str, Channel] = {"email": Email(), "webhook": Webhook(), "log": Log()}
