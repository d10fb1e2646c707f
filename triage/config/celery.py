"""The Celery application: beat strikes the tick, workers walk it, and nothing else travels through the broker."""

import logging
import os
import sys
import warnings
from typing import Any

from celery import Celery
from celery.exceptions import SecurityWarning
from celery.signals import setup_logging, task_prerun

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "triage.config.settings")
# The checks would import every page into each worker and beat; `prepare` has made them before any process starts.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")

app = Celery("whose")
app.config_from_object("django.conf:settings", namespace="CELERY")
# Celery would close the database's connection after each task, and so make a new one every second.
app.conf.CELERY_DB_REUSE_MAX = sys.maxsize


# Celery warns root of pickled messages; ours are JSON and nothing else is accepted.
warnings.filterwarnings("ignore", category=SecurityWarning, module=r"celery\.platforms")


@task_prerun.connect
def _look_after_the_connection(**_kwargs: Any) -> None:
    """As before each request: one that broke or grew old is made anew."""
    from django.db import close_old_connections

    close_old_connections()


@setup_logging.connect
def _use_our_logging(**_kwargs: Any) -> None:
    """Keeps Celery from installing handlers of its own beside ours."""
    from django.conf import settings
    from django.utils.log import configure_logging

    configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)
    # Strikes that nobody took in time are thrown away by design; a line for each says nothing.
    logging.getLogger("celery.worker.request").setLevel(logging.WARNING)
