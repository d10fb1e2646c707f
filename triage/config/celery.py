"""The Celery application: beat strikes the tick, workers walk it, and nothing else travels through the broker."""

import logging
import os
import warnings
from typing import Any

from celery import Celery
from celery.exceptions import SecurityWarning
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "triage.config.settings")
# The checks would import every page into each worker and beat; `prepare` has made them before any process starts.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")

app = Celery("whose")
app.config_from_object("django.conf:settings", namespace="CELERY")


# Celery warns root of pickled messages; ours are JSON and nothing else is accepted.
warnings.filterwarnings("ignore", category=SecurityWarning, module=r"celery\.platforms")


@setup_logging.connect
def _use_our_logging(**_kwargs: Any) -> None:
    """Keeps Celery from installing handlers of its own beside ours."""
    from django.conf import settings
    from django.utils.log import configure_logging

    configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)
    # Strikes that nobody took in time are thrown away by design; a line for each says nothing.
    logging.getLogger("celery.worker.request").setLevel(logging.WARNING)
