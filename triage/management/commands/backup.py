"""`manage.py backup FILE`: a copy of the embedded database."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from triage.config import env
from triage.serve import copies
from triage.serve.problems import Problem


class Command(BaseCommand):
    help = (
        "Write everything that the embedded database holds to FILE, which only you can read, while the service runs "
        "or while it does not. The secret key is not in it: restored beside another key, all data is there, everybody "
        "signs in again, and links sent by mail before (password resets, invitations) are void. To keep those, copy "
        "./var/secret-key as well and keep it apart. Mails in ./var/mail are not in it either."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="a file that does not exist yet")

    def handle(self, *_args: Any, **options: Any) -> None:
        if env.text("DATABASE_URL"):
            raise CommandError("DATABASE_URL names a server of your own: use its pg_dump. This copies the embedded one")
        file: Path = options["file"]
        try:
            copies.backup(settings.PLACE, file)
        except Problem as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(
            f"{file}: {file.stat().st_size / 2**10:.0f} KiB. The secret key is not in it (--help says more)."
        )
