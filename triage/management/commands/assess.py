"""`manage.py assess FILE...`: the verdict on case files, without a database and without a server."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ownership.match import OwnershipMap
from ownership.sources.mapfile import map_of, parse
from triage.cases import Case, UnreadableCase, answer, default_map, read_case
from triage.explained import explained


class Command(BaseCommand):
    help = (
        "Assess case files with the code of the live service, and print what it would say. Nothing is written and no "
        "server is needed. Without --ownership the team `platform` operates the cluster and every other namespace is "
        "owned by the team of its name."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a case, as JSON")
        parser.add_argument("--ownership", type=Path, metavar="FILE.yaml", help="the map to find owners by")
        parser.add_argument("--format", choices=["text", "json"], default="text", help="json: one list, in order")
        parser.add_argument(
            "--explain", action="store_true", help="the whole ledger: suspects, each line of evidence, what was checked"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        ownership = _map(options["ownership"]) if options["ownership"] else default_map()
        answers = [answer(_case(file), ownership) for file in options["files"]]
        if options["format"] == "json":
            self.stdout.write(json.dumps(answers, indent=1))
            return
        for told in answers:
            self.stdout.write(explained(told) if options["explain"] else _as_text(told))


def _case(file: Path) -> Case:
    try:
        return read_case(_text(file))
    except UnreadableCase as error:
        raise CommandError(f"{file}: {error}") from error


def _map(file: Path) -> OwnershipMap:
    read = parse(_text(file))
    if isinstance(read, list):
        raise CommandError("\n".join(f"{file}:{mistake}" for mistake in read))
    return map_of(read)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file} cannot be read: {error}") from error


def _as_text(told: dict[str, Any]) -> str:
    """A line or two for each incident; `--explain` tells the rest."""
    lines = [f"{told['id']}: {'nothing is wrong' if not told['incidents'] else ''}".rstrip()]
    for incident in told["incidents"]:
        lines.append(f"  {incident['sentence']} {incident['confidence']:.0%}")
        lines.append(f"  Whose: {incident['owner'] or 'nobody'}; {incident['why']}")
    return "\n".join(lines)
