"""E-mail, by the server that the settings name."""

import smtplib

from django.core.mail import EmailMessage

from triage.notify.channels.error import ChannelError
from triage.notify.message import Message


class Email:
    """A plain text mail; answers to it are read by nobody, so it says so."""

    def send(self, message: Message, *, address: str, secret: str, zone: str) -> None:  # noqa: ARG002 - a channel's shape
        # One thread of mails an incident, in every mail program.
        headers = {
            "References": f"<incident-{message.incident}@whose.invalid>",
            "Auto-Submitted": "auto-generated",
            "X-Whose-Incident": str(message.incident),
        }
        mail = EmailMessage(message.subject, message.text(zone), to=[address], headers=headers)
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0]
            sentence = f"The mail server refuses the address {address} ({code}). Correct it."
            raise ChannelError(sentence, permanent=code >= 500) from error
        except smtplib.SMTPException as error:
            raise ChannelError(f"The mail server said no: {_said(error)}") from error
        except OSError as error:
            raise ChannelError(
                f"The mail server did not answer ({type(error).__name__}). Check WHOSE_SMTP_HOST."
            ) from error


def _said(error: smtplib.SMTPException) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error.decode(errors="replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        return f"{error.smtp_code} {text}"[:200]
    return type(error).__name__
