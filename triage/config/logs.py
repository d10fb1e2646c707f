"""Structured logs to standard error: one line an event, without anything secret."""

import logging
import logging.config
import re
from collections.abc import MutableMapping
from typing import Any

import structlog

_TOKEN_IN_PATH = re.compile(r"(/hooks/[a-z]+/)[^/?\s\"']+")
_PASSWORD_IN_URL = re.compile(r"(\w+://[^:/@\s]*:)[^@\s]+@")
_BEARER = re.compile(r"((?:bearer|token|basic)\s+)[\w.~+/=-]{8,}", re.IGNORECASE)
_SECRET_KEYS = ("password", "secret", "token", "authorization", "cookie", "session")


def masked(text: str) -> str:
    """The text with tokens in hook paths, passwords in addresses and bearer credentials replaced by `***`."""
    text = _TOKEN_IN_PATH.sub(r"\1***", text)
    text = _PASSWORD_IN_URL.sub(r"\1***@", text)
    return _BEARER.sub(r"\1***", text)


def without_secrets(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Masks what a log line may carry by accident: by the name of its key, and inside its texts."""
    for key, value in event.items():
        if any(word in key.lower() for word in _SECRET_KEYS):
            event[key] = "***"
        elif isinstance(value, str):
            event[key] = masked(value)
    return event


def one_line(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Control characters spelled out, so that a name from a cluster can neither forge a line nor move a cursor."""
    for key, value in event.items():
        if isinstance(value, str) and key != "exception":
            event[key] = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in value)
    return event


def configure(settings: dict[str, Any]) -> None:
    """Called by Django with LOGGING: `json` for machines or lines for people, and the least level."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    shown: list[Any] = (
        [structlog.processors.JSONRenderer()] if settings["json"] else [structlog.dev.ConsoleRenderer(colors=False)]
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "structured": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "processors": [
                        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                        # As text, before it is masked, and without local variables: those hold passwords and tokens.
                        structlog.processors.format_exc_info,
                        without_secrets,
                        one_line,
                        *shown,
                    ],
                    "foreign_pre_chain": [*shared, structlog.stdlib.ExtraAdder()],
                }
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
            "root": {"handlers": ["stderr"], "level": settings["level"]},
            "loggers": {
                # One line a request is written by our own middleware, with the path masked.
                "django.server": {"level": "WARNING"},
                "django.request": {"level": "ERROR"},
                "celery.beat": {"level": "WARNING"},
                "celery.app.trace": {"level": "WARNING"},
                "celery.worker.strategy": {"level": "WARNING"},
                "httpx": {"level": "WARNING"},
                "httpcore": {"level": "WARNING"},
            },
        }
    )
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
