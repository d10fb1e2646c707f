"""`manage.py demo`: three failures, sent to the running service as Alertmanager sends them."""

import os
import time
from typing import Any

import httpx
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError

from alerts import integrations
from triage.clock import database_now
from triage.demo import night
from triage.models import Incident

_PATIENCE = 30.0  # seconds until what was sent should be seen


class Command(BaseCommand):
    help = (
        "Send a failure of the cluster, one of an application and an undecided one to the service that runs on this "
        "machine (PORT), as Alertmanager would. Pages of the demonstration go to the log, to nobody's mailbox."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--clean", action="store_true", help="remove everything of the demonstration")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            now = database_now()
        except OperationalError as error:
            raise CommandError("The service does not run here. Start it first, in another terminal: make up") from error
        night.remove(now=now)
        if options["clean"]:
            self.stdout.write("The demonstration is removed.")
            return
        night.apply_map(now=now)
        token = self._token()
        base = f"http://127.0.0.1:{os.environ.get('PORT') or 8000}"
        for name, payload in night.payloads(now=now):
            self._send(f"{base}/hooks/alertmanager", payload, token)
            self.stdout.write(f"sent: {name}")
        self._show(base)

    def _token(self) -> str:
        made = integrations.create("Demonstration", slug=night.NAME, cluster=night.NAME)
        return made.token

    def _send(self, address: str, payload: bytes, token: str) -> None:
        try:
            answer = httpx.post(address, content=payload, headers={"Authorization": f"Bearer {token}"}, trust_env=False)
        except httpx.HTTPError as error:
            raise CommandError(
                f"Nothing answers at {address}. Start the service first: make up (PORT=… if it is not 8000)"
            ) from error
        if answer.status_code != 202:
            raise CommandError(f"{address} answered {answer.status_code}: {answer.text[:200]}. Is it another service?")

    def _show(self, base: str) -> None:
        """Waits until the service has made incidents of it, and says where to look."""
        until = time.monotonic() + _PATIENCE
        while len(found := list(Incident.objects.filter(cluster=night.NAME).order_by("pk"))) < 3:
            if time.monotonic() > until:
                raise CommandError(f"Whose has made nothing of it in {_PATIENCE:.0f} s. What is wrong: {base}/health/")
            time.sleep(0.2)
        for incident in found:
            owner = incident.owner.name if incident.owner else "nobody"
            self.stdout.write(f"{incident.verdict:<12} {base}/incidents/{incident.pk}/  {incident.sentence} → {owner}")
        self.stdout.write(f"Sign in at {base}/ to see them. To remove all of it: make demo-clean")
