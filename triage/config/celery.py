"""The Celery application: beat strikes the tick, workers walk it, and nothing else travels through the broker."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "triage.config.settings")

app = Celery("whose")
app.config_from_object("django.conf:settings", namespace="CELERY")


@setup_logging.connect
def _use_our_logging(**_kwargs: Any) -> None:
    """Keeps Celery from installing handlers of its own beside ours."""
    from django.conf import settings
    from django.utils.log import configure_logging

    configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)
