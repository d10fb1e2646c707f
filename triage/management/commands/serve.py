"""`manage.py serve`, for `manage.py help`: typed, it is answered by manage.py itself, without Django."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from triage.serve import service
from triage.serve.problems import Problem


class Command(BaseCommand):
    help = service.DESCRIPTION
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        service.add_arguments(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            service.serve(host=options["bind"], chosen_port=options["port"])
        except Problem as problem:
            raise CommandError(str(problem)) from problem
