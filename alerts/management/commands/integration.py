"""`manage.py integration`: senders and their tokens, for those who set things up by a script."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from alerts import integrations
from alerts.models import Integration


class Command(BaseCommand):
    help = "Make an integration and print its token, which is shown this once; or list them."

    def add_arguments(self, parser: CommandParser) -> None:
        words = parser.add_subparsers(dest="word", required=True)
        create = words.add_parser("create", help="make one and print its token")
        create.add_argument("name", help="what people call it")
        create.add_argument("--cluster", required=True, help="the cluster of alerts that name none")
        create.add_argument("--cluster-label", default="cluster", help="the label that names the cluster")
        create.add_argument("--api-url", default="", help="Alertmanager's address, to ask which alerts it still has")
        create.add_argument("--yml", action="store_true", help="print an alertmanager.yml with the token in it")
        words.add_parser("list", help="every integration with the end of its token")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["word"] == "list":
            for one in Integration.objects.all():
                state = "" if one.is_active else "  switched off"
                self.stdout.write(f"{one.slug}  …{one.token_hint}  cluster {one.cluster}{state}")
            return
        try:
            made = integrations.create(
                options["name"],
                cluster=options["cluster"],
                cluster_label=options["cluster_label"],
                api_url=options["api_url"],
            )
        except ValidationError as error:
            said = "; ".join(f"{field}: {' '.join(sentences)}" for field, sentences in error.message_dict.items())
            raise CommandError(said) from error
        if options["yml"]:
            self.stdout.write(integrations.alertmanager_yml(made.integration, settings.PUBLIC_URL, made.token))
        else:
            self.stdout.write(made.token)
