"""`manage.py prepare`: makes the database fit this release, before any process of it starts."""

import os
import secrets
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection, transaction

from ownership.models import User
from ownership.roles import Role
from triage.serve.folders import write_private

OLDEST_SERVER = 15
# Two that prepare at the same time do it one after the other; the number is arbitrary and means only this.
_LOCK = 0x57686F7365


class Command(BaseCommand):
    help = (
        "Migrate the database. Where there is no user yet, make the first one, `admin`: its password is "
        "WHOSE_ADMIN_PASSWORD, or a generated one that is written to ./var/admin-password."
    )
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        _check_server()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
            try:
                call_command("migrate", interactive=False, verbosity=0)
                _make_first_admin()
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _check_server() -> None:
    address = settings.DATABASES["default"]
    place = f"{address['HOST'] or 'its socket'}{':' if address['PORT'] else ''}{address['PORT']}"
    try:
        connection.ensure_connection()
    except OperationalError as error:
        said = str(error).strip().split("\n")[-1]
        raise CommandError(
            f"The PostgreSQL at {place} cannot be used: {said}. Start it, or correct DATABASE_URL; "
            "without DATABASE_URL, `manage.py serve` brings its own"
        ) from error
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
        major = cursor.fetchone()[0]
    if major < OLDEST_SERVER:
        raise CommandError(
            f"The PostgreSQL at {place} is version {major}, and Whose needs {OLDEST_SERVER} or newer. "
            "Upgrade it, or leave DATABASE_URL out: `manage.py serve` brings its own"
        )


def _make_first_admin() -> None:
    if User.objects.exists():
        return
    given = os.environ.get("WHOSE_ADMIN_PASSWORD", "").strip()
    password = given or secrets.token_urlsafe(15)
    with transaction.atomic():
        User.objects.create_user("admin", password=password, role=Role.ADMIN)
        if not given:
            # Inside the transaction: where the file cannot be written, there is no admin whom nobody can be.
            try:
                settings.PLACE.root.mkdir(mode=0o700, parents=True, exist_ok=True)
                write_private(settings.PLACE.admin_password, f"{password}\n")
            except OSError as error:
                raise CommandError(
                    f"The first admin's password cannot be written to {settings.PLACE.admin_password} "
                    f"({error.strerror}). Choose one yourself: WHOSE_ADMIN_PASSWORD=..."
                ) from error
