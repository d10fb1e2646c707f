from django.apps import AppConfig


class TriageConfig(AppConfig):
    name = "triage"

    def ready(self) -> None:
        """What a delivery makes due is looked at at once: `alerts` knows no `triage`, so it is told whom to nudge."""
        from alerts import webhook
        from triage.nudge import nudge

        webhook.nudges.append(nudge)
