"""`manage.py worker`: becomes the worker process."""

import os
from typing import Any

from django.core.management.base import BaseCommand

from triage.serve import programs


class Command(BaseCommand):
    help = "Run one worker process in the foreground (`serve` runs all of them)."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        os.environ["WHOSE_PROCESS"] = "worker"
        command = programs.worker()
        os.execv(command[0], command)  # noqa: S606 - the program is of this environment, without a shell
