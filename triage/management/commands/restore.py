"""`manage.py restore FILE`: the embedded database as it was when the copy was made."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from triage.config import env
from triage.serve import copies
from triage.serve.problems import Problem


class Command(BaseCommand):
    help = (
        "Replace everything that the embedded database holds by what `manage.py backup` wrote to FILE. The service "
        "must not run. What was there before stays until the new is complete, so a broken file loses nothing. "
        "A copy of an older release is migrated at the next start. The secret key is not in the copy: beside another "
        "key everybody signs in again; to avoid that, put the old ./var/secret-key back first."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="what `manage.py backup` wrote")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *_args: Any, **options: Any) -> None:
        if env.text("DATABASE_URL"):
            raise CommandError(
                "DATABASE_URL names a server of your own: use its pg_restore. This is for the embedded one"
            )
        file: Path = options["file"]
        try:
            copies.check_copy(settings.PLACE, file)
            if not options["yes"]:
                self._ask(file)
            copies.restore(settings.PLACE, file)
        except Problem as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(f"Restored from {file}. Start the service with: make up")

    def _ask(self, file: Path) -> None:
        self.stdout.write(f"Everything in {settings.PLACE.postgres} will be replaced by {file}.")
        try:
            answer = input("Type yes to go on: ")
        except EOFError:
            answer = ""
        if answer.strip().lower() != "yes":
            raise CommandError("Nothing was changed. Type yes, or give --yes")
