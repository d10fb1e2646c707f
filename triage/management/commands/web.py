"""`manage.py web`: becomes the web process."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from triage.config import env
from triage.serve import programs


class Command(BaseCommand):
    help = "Run the web process in the foreground (`serve` runs all processes)."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: loopback only)")
        parser.add_argument(
            "--port", type=int, default=env.whole("PORT", 8000, least=1, most=65535), help="port to listen on"
        )
        parser.add_argument("--workers", type=int, default=1, help="processes that answer, one a core at most")
        parser.add_argument("--threads", type=int, default=16, help="requests answered at the same time by each")

    def handle(self, *_args: Any, **options: Any) -> None:
        os.environ["WHOSE_PROCESS"] = "web"
        command = programs.web(
            host=options["host"], port=options["port"], workers=options["workers"], threads=options["threads"]
        )
        os.execv(command[0], command)  # noqa: S606 - the program is of this environment, without a shell
