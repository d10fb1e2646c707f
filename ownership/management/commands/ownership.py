"""`manage.py ownership`: the map as a file, in and out, and what it leaves open."""

import sys
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError
from django.utils import timezone

from ownership import importing
from ownership.audit import audit
from ownership.exporting import export
from ownership.sources import schema
from ownership.sources.mapfile import parse
from ownership.sources.tree import MOST_BYTES, Mistake


class Command(BaseCommand):
    help = (
        "Apply a map of who owns what (docs/ownership.md), print it, or list what it leaves open. "
        "The exit code is 0 when all is well, 1 when the file was refused or the audit found something."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="what", required=True, metavar="apply|export|audit|schema")
        apply = commands.add_parser("apply", help="make the map what FILE says, all of it or nothing")
        apply.add_argument("file", metavar="FILE", help="YAML, or - for standard input")
        apply.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
        apply.add_argument("--prune", action="store_true", help="remove what an earlier file wrote and FILE leaves out")
        apply.add_argument("--progress", action="store_true", help="tell on standard error how far it is")
        commands.add_parser("export", help="print the map as a file that makes the same map")
        commands.add_parser("schema", help="print the format of the file as JSON Schema, for editors and CI")
        check = commands.add_parser("audit", help="list what is unowned, in conflict, or has nobody to ask")
        check.add_argument(
            "--seen",
            metavar="FILE",
            help="namespaces that exist, one CLUSTER/NAMESPACE a line, or - for standard input",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            {"apply": self._apply, "export": self._export, "audit": self._audit, "schema": self._schema}[
                options["what"]
            ](options)
        except OperationalError as error:
            said = str(error).strip().split("\n")[0]
            raise CommandError(f"The database cannot be used: {said}. Start the service with: make up") from error

    def _apply(self, options: dict[str, Any]) -> None:
        name = options["file"]
        progress = self._progress if options["progress"] else importing.silent
        file = parse(_text(name), importing.known_names(), told=progress)
        if isinstance(file, list):
            self._refuse(name, file)
        try:
            report = importing.apply(
                file, prune=options["prune"], dry_run=options["dry_run"], now=timezone.now(), told=progress
            )
        except importing.Refused as refused:
            self._refuse(name, refused.mistakes)
        self.stdout.write(str(report))

    def _progress(self, what: str, done: int, total: int = 0) -> None:
        self.stderr.write(f"{what}: {done} of {total}" if total else f"{what}: {done}")

    def _export(self, _options: dict[str, Any]) -> None:
        self.stdout.write(export(), ending="")

    def _schema(self, _options: dict[str, Any]) -> None:
        self.stdout.write(schema.written(), ending="")

    def _audit(self, options: dict[str, Any]) -> None:
        found = audit(now=timezone.now(), seen=_seen(options["seen"]) if options["seen"] else ())
        for gap in found:
            self.stdout.write(str(gap))
        if found:
            raise SystemExit(1)
        self.stdout.write("Nothing is left open.")

    def _refuse(self, name: str, mistakes: list[Mistake]) -> NoReturn:
        for mistake in mistakes:
            self.stderr.write(f"{'stdin' if name == '-' else name}:{mistake}")
        raise SystemExit(1)


def _text(name: str) -> str:
    """What a file or standard input holds.

    Raises:
        CommandError: it cannot be read, or is not UTF-8.
    """
    try:
        # One byte more than is allowed shows that there is more, whatever it is that we read.
        data = sys.stdin.buffer.read(MOST_BYTES + 1) if name == "-" else _head(Path(name))
        return data.decode("utf-8-sig")
    except OSError as error:
        raise CommandError(
            f"{name}: cannot be read: {error.strerror}. Name a file, or - for standard input."
        ) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise CommandError(f"{name}:{line}: file: is not UTF-8 text. Save it as UTF-8.") from error


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def _seen(name: str) -> list[tuple[str, str]]:
    found = []
    for number, line in enumerate(_text(name).splitlines(), start=1):
        cluster, slash, namespace = line.strip().partition("/")
        if line.strip() and not (cluster and slash and namespace):
            raise CommandError(f"{name}:{number}: {line.strip()[:60]!r} is not CLUSTER/NAMESPACE.")
        if line.strip():
            found.append((cluster, namespace))
    return found
