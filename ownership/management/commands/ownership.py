"""`manage.py ownership`: the map as a file, in and out, what it leaves open, and how it was."""

import getpass
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError
from django.utils import timezone
from django.utils.module_loading import import_string

from ownership import history, importing, rbac
from ownership.audit import Found, Seen, audit, unknowns
from ownership.directory import load_map
from ownership.exporting import export
from ownership.models import Team
from ownership.sources import schema
from ownership.sources.mapfile import parse
from ownership.sources.tree import MOST_BYTES, Mistake
from ownership.subject import Subject


class Command(BaseCommand):
    help = (
        "Apply a map of who owns what (docs/ownership.md), print it, or list what it leaves open. "
        "The exit code is 0 when all is well, 1 when the file was refused or the audit found a gap, 2 when the audit "
        "could not look, 3 when it has advice and nothing else."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="what", required=True, metavar="apply|export|audit|history|rbac|schema")
        apply = commands.add_parser("apply", help="make the map what FILE says, all of it or nothing")
        apply.add_argument("file", metavar="FILE", help="YAML, or - for standard input")
        apply.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
        apply.add_argument("--prune", action="store_true", help="remove what an earlier file wrote and FILE leaves out")
        apply.add_argument("--progress", action="store_true", help="tell on standard error how far it is")
        apply.add_argument("--author", default="", help="who applies it, for the history; else the name you run as")
        commands.add_parser("export", help="print the map as a file that makes the same map")
        commands.add_parser("schema", help="print the format of the file as JSON Schema, for editors and CI")
        past = commands.add_parser("history", help="tell who changed whose SUBJECT is, or whose it was at a moment")
        past.add_argument(
            "subject", metavar="SUBJECT", help="CLUSTER, CLUSTER/NAMESPACE or CLUSTER/NAMESPACE/KIND/NAME"
        )
        past.add_argument("--at", metavar="MOMENT", help="whose it was then, as 2026-11-25 or 2026-11-25T14:30+01:00")
        past.add_argument("--since", metavar="MOMENT", help="only changes from then on")
        past.add_argument("--most", type=int, default=100, metavar="N", help="at most so many changes; 100")
        past.add_argument("--format", choices=["text", "json"], default="text", help="text (the default) or json")
        check = commands.add_parser("audit", help="list what is unowned, in conflict, or has nobody to ask")
        check.add_argument(
            "--seen",
            metavar="FILE",
            help="every namespace that exists, one CLUSTER/NAMESPACE a line, or - for standard input",
        )
        check.add_argument(
            "--objects",
            metavar="CLUSTER=FILE",
            action="append",
            default=[],
            help="namespaces, workloads and ResourceQuotas of a cluster, as `kubectl get -A -o json` prints them",
        )
        check.add_argument("--format", choices=["text", "json"], default="text", help="text (the default) or json")
        rights = commands.add_parser("rbac", help="print a team's level in a namespace as Role, RoleBinding and quota")
        rights.add_argument("--cluster", required=True)
        rights.add_argument("--namespace", required=True)
        rights.add_argument("--without-quota", action="store_true", help="leave out the ResourceQuota to fill in")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['what']}")(options)
        except OperationalError as error:
            said = str(error).strip().split("\n")[0]
            raise CommandError(
                f"The database cannot be used: {said}. Start the service with: make up", returncode=2
            ) from error

    def _apply(self, options: dict[str, Any]) -> None:
        name = options["file"]
        progress = self._progress if options["progress"] else importing.silent
        file = parse(_text(name), importing.known_names(), told=progress)
        if isinstance(file, list):
            self._refuse(name, file)
        try:
            report = importing.apply(
                file,
                prune=options["prune"],
                dry_run=options["dry_run"],
                now=timezone.now(),
                told=progress,
                author=options["author"] or _who_runs_it(),
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
        now = timezone.now()
        seen = import_string(settings.OWNERSHIP_SEEN)(now) if settings.OWNERSHIP_SEEN else Seen()
        try:
            seen |= Seen.of_namespaces(_seen(options["seen"])) if options["seen"] else Seen()
            for given in options["objects"]:
                seen |= _objects(given)
        except CommandError as error:
            error.returncode = 2  # 1 would say that there are gaps
            raise
        found, lacking = audit(now=now, seen=seen), unknowns(seen)
        if options["format"] == "json":
            told = {"found": [_found_as_data(each) for each in found], "not_known": lacking}
            self.stdout.write(json.dumps(told, indent=2, ensure_ascii=False))
        else:
            for each in found:
                self.stdout.write(str(each))
            for line in lacking:
                self.stderr.write(line)
        if found:
            raise SystemExit(3 if all(each.gap.is_advice for each in found) else 1)
        if options["format"] == "text":
            self.stdout.write("Nothing is left open.")

    def _rbac(self, options: dict[str, Any]) -> None:
        groups = dict(Team.objects.values_list("slug", "kubernetes_groups"))
        try:
            grant = rbac.grant_of(options["cluster"], options["namespace"], load_map(), groups=groups)
        except rbac.NothingToGrant as error:
            raise CommandError(str(error)) from error
        self.stdout.write(rbac.written(grant, quota=not options["without_quota"]), ending="")

    def _history(self, options: dict[str, Any]) -> None:
        try:
            subject = Subject.written(options["subject"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        if options["at"]:
            self._owner_at(subject, _moment(options["at"]), options["format"])
            return
        since = _moment(options["since"]) if options["since"] else None
        found = history.changes_of(subject, since=since, most=options["most"])
        if options["format"] == "json":
            self.stdout.write(json.dumps([_as_data(each) for each in found], indent=2, ensure_ascii=False))
            return
        for each in found:
            self.stdout.write(str(each))
        if not found:
            self.stdout.write(f"No change of whose {subject} is has been kept.")

    def _owner_at(self, subject: Subject, at: datetime, form: str) -> None:
        try:
            owner = history.owner_at(subject, at)
        except history.NotKept as error:
            raise CommandError(str(error)) from error
        answers = owner.answerer.team if owner.answerer else None
        if form == "json":
            told: dict[str, Any] = {"at": at.isoformat(), "team": owner.team, "is_gap": owner.is_gap, "why": owner.why}
            told |= {"level": owner.level, "answers": answers, "path": [used.said for used in owner.path]}
            self.stdout.write(json.dumps(told, indent=2, ensure_ascii=False))
            return
        self.stdout.write(f"{at:%Y-%m-%d %H:%M:%S} UTC: {owner.team or 'nobody'}. {owner.why}.")
        if answers != owner.team:
            self.stdout.write(f"Who answered: {answers or 'nobody'}.")
        for other in (*owner.conflicts, *owner.overruled):
            self.stdout.write(f"Did not count: {other.said}.")

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


def _who_runs_it() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number that has no name
        return ""


def _moment(text: str) -> datetime:
    """An instant; without an offset it is UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text!r} is no moment. Write, for example, 2026-11-25T14:30+01:00.") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _found_as_data(found: Found) -> dict[str, Any]:
    told = {"gap": found.gap.value, "is_advice": found.gap.is_advice, "subject": found.subject, "wrong": found.wrong}
    return told | {"remedy": found.remedy, "since": found.since.isoformat() if found.since else None}


def _objects(given: str) -> Seen:
    cluster, equals, name = given.partition("=")
    if not (cluster and equals and name):
        raise CommandError(f"--objects {given!r} is not CLUSTER=FILE.")
    try:
        read = json.loads(_text(name))
    except ValueError as error:
        raise CommandError(f"{name}: is not JSON: {error}. Write it with: kubectl get -o json") from error
    items = read.get("items") if isinstance(read, dict) else None
    if not isinstance(items, list):
        raise CommandError(f"{name}: has no items. Write it with: kubectl get -o json")
    return Seen.of_objects(cluster, [each for each in items if isinstance(each, dict)])


def _as_data(changed: history.Changed) -> dict[str, Any]:
    change = changed.change
    fields = {name: {"before": before, "after": after} for name, before, after in change.fields}
    told = {"at": changed.at.isoformat(), "author": changed.author, "source": changed.source}
    return told | {"verb": change.verb.value, "what": change.what, "key": list(change.key), "fields": fields}


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
