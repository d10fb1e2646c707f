"""What the API answers with. Times are in UTC, and no address that opens a door is in it."""

from collections.abc import Mapping
from typing import Any

from django.db import models
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from alerts import queries
from alerts.models import Alert
from ownership.models import Team, TeamContact, User
from triage.api.asking import Instant
from triage.models import Finding, Incident, IncidentAlert, Page, TimelineEntry
from triage.notify import outbox


class TeamName(serializers.ModelSerializer[Team]):
    class Meta:
        model = Team
        fields = ["slug", "name"]


class PersonName(serializers.ModelSerializer[User]):
    name = serializers.CharField(source="__str__", help_text="the full name, or the username where there is none")

    class Meta:
        model = User
        fields = ["username", "name"]


class Row(serializers.ModelSerializer[Any]):
    """A row of a table, with its times in UTC."""

    serializer_field_mapping = {**serializers.ModelSerializer.serializer_field_mapping, models.DateTimeField: Instant}


class AlertLine(Row):
    """Needs the present instant as `now` in its context."""

    alertname = serializers.SerializerMethodField()
    namespace = serializers.SerializerMethodField(help_text="exported_namespace where there is one")
    integration = serializers.CharField(source="integration.slug", read_only=True)
    is_stale = serializers.SerializerMethodField(help_text="it fires only because nobody repeated or resolved it")
    labels = serializers.DictField(child=serializers.CharField())
    annotations = serializers.DictField(child=serializers.CharField())
    notes = serializers.ListField(child=serializers.CharField(), help_text="what was odd about it")

    class Meta:
        model = Alert
        fields = ["id", "cluster", "namespace", "alertname", "severity", "status", "is_stale", "starts_at", "ends_at"]
        fields += ["first_seen_at", "last_seen_at", "resolved_at", "integration", "fingerprint", "labels"]
        fields += ["annotations", "generator_url", "notes"]

    def get_alertname(self, alert: Alert) -> str:
        return str(alert.labels.get("alertname", ""))

    def get_namespace(self, alert: Alert) -> str:
        return str(alert.labels.get("exported_namespace") or alert.labels.get("namespace", ""))

    def get_is_stale(self, alert: Alert) -> bool:
        return queries.is_stale(alert, self.context["now"])


class AlertOfIncident(AlertLine):
    """The alert that a link of an incident leads to."""

    def to_representation(self, instance: IncidentAlert) -> Any:
        return super().to_representation(instance.alert)


class SuspectName(serializers.Serializer[Any]):
    kind = serializers.CharField()
    name = serializers.CharField()
    namespace = serializers.CharField(help_text="empty for what stands in no namespace")


class Candidate(SuspectName):
    side = serializers.CharField()
    probability = serializers.FloatField()


class IncidentLine(Row):
    link = serializers.SerializerMethodField(help_text="its page")
    suspect = serializers.SerializerMethodField()
    owner = TeamName(allow_null=True, read_only=True)
    namespaces = serializers.ListField(child=serializers.CharField())
    is_open = serializers.BooleanField(read_only=True, help_text="it is not over, whether or not somebody has it")
    acknowledged_by = PersonName(
        allow_null=True, read_only=True, help_text="null where a program did; see the timeline"
    )
    resolved_by = PersonName(
        allow_null=True, read_only=True, help_text="where a program did, the person who answers for it"
    )

    class Meta:
        model = Incident
        fields = ["id", "link", "cluster", "sentence", "verdict", "confidence", "severity", "suspect", "namespaces"]
        fields += ["owner", "owner_why", "is_open", "is_stale", "began_at", "opened_at", "assessed_at"]
        fields += ["acknowledged_at", "acknowledged_by", "resolved_at", "resolved_by", "ended_why", "truncated"]

    def get_link(self, incident: Incident) -> str:
        return outbox.link_of(incident)

    @extend_schema_field(SuspectName)
    def get_suspect(self, incident: Incident) -> Mapping[str, str]:
        return {
            "kind": incident.suspect_kind,
            "name": incident.suspect_name,
            "namespace": incident.suspect_namespace,
        }


class FindingLine(serializers.ModelSerializer[Finding]):
    observed_at = Instant()

    class Meta:
        model = Finding
        fields = ["side", "weight", "claim", "source", "observed_at"]


class TimelineLine(Row):
    actor = PersonName(allow_null=True, read_only=True)

    class Meta:
        model = TimelineEntry
        fields = ["id", "at", "kind", "text", "actor"]


class PageLine(Row):
    """Whom a message went to and what came of it; never its address, which may open a door."""

    person = PersonName(source="user", allow_null=True, read_only=True, help_text="null for a channel of the team")

    class Meta:
        model = Page
        fields = ["id", "reason", "channel", "person", "created_at", "attempts", "sent_at", "failed_at"]


class IncidentWhole(IncidentLine):
    findings = FindingLine(many=True, read_only=True)
    candidates = Candidate(many=True, help_text="suspects, best first")
    alerts = AlertOfIncident(source="newest_links", many=True, read_only=True, help_text="the newest 100")
    alerts_count = serializers.IntegerField(read_only=True, help_text="how many alerts it explains")
    timeline = TimelineLine(
        source="newest_entries", many=True, read_only=True, help_text="the newest 500, newest first"
    )
    pages = PageLine(source="newest_pages", many=True, read_only=True, help_text="the newest 200, newest first")

    class Meta(IncidentLine.Meta):
        fields = [*IncidentLine.Meta.fields, "findings", "candidates", "alerts", "alerts_count", "timeline", "pages"]


class Changed(serializers.Serializer[Any]):
    """What came of it."""

    changed = serializers.BooleanField(help_text="false where it was so already")
    incident = IncidentLine()


class OnCallPerson(serializers.Serializer[Any]):
    username = serializers.CharField()
    name = serializers.CharField()
    addresses = serializers.ListField(
        child=serializers.CharField(),
        allow_null=True,
        help_text="how the person is reached; null unless you operate the service or belong to the team",
    )


class OnCallTeam(serializers.Serializer[Any]):
    team = TeamName()
    people = OnCallPerson(many=True, help_text="nobody is an answer, and `why` says what is missing")
    why = serializers.CharField()
    since = Instant(allow_null=True)
    until = Instant(allow_null=True)


class OnCallNow(serializers.Serializer[Any]):
    at = Instant()
    teams = OnCallTeam(many=True)


class ContactLine(serializers.ModelSerializer[TeamContact]):
    """Where people find a team; the service sends nothing there."""

    class Meta:
        model = TeamContact
        fields = ["kind", "address", "note"]


class AskedAbout(serializers.Serializer[Any]):
    """What is asked about, as it was read; what is not known is empty."""

    kind = serializers.CharField()
    name = serializers.CharField()
    namespace = serializers.CharField(help_text="empty for what stands in no namespace")
    cluster = serializers.CharField()
    workload = serializers.CharField()
    image = serializers.CharField()
    ingress_host = serializers.CharField()
    ingress_class = serializers.CharField()
    storage_class = serializers.CharField()
    webhook = serializers.CharField()
    node = serializers.CharField()
    alertname = serializers.CharField()
    why = serializers.CharField(help_text="how the labels were read; empty where none were given")


class RuleSaid(serializers.Serializer[Any]):
    """A rule that had a say."""

    rule = serializers.CharField(help_text="which kind of rule it is")
    team = TeamName(allow_null=True)
    said = serializers.CharField(help_text="what it says, for people")
    # The stubs take this field for the attribute of the same name that every field has.
    source = serializers.CharField(  # type: ignore[assignment]
        help_text="where it was written: file, manual, label; empty where it stands nowhere"
    )
    since = Instant(allow_null=True, help_text="since when it stands as it is")
    written_by = serializers.CharField(help_text="empty where that is not known")


class AnswererLine(serializers.Serializer[Any]):
    """Who answers where the failure is the subject's own, after the split of kinds and the tenancy."""

    team = TeamName(allow_null=True)
    why = serializers.CharField()


class SplitLine(serializers.Serializer[Any]):
    """Kinds that one team answers for, where the subject stands."""

    kinds = serializers.ListField(child=serializers.CharField())
    team = TeamName(allow_null=True)
    why = serializers.CharField()


class Supposed(serializers.Serializer[Any]):
    """Who would be asked if the verdict were this one."""

    verdict = serializers.CharField()
    team = TeamName(allow_null=True)
    why = serializers.CharField()


class Handoff(serializers.Serializer[Any]):
    at = Instant()
    people = PersonName(many=True, help_text="who is on call from then on")


class WhoseAnswer(serializers.Serializer[Any]):
    subject = AskedAbout()
    owner = TeamName(allow_null=True, help_text="null: nobody owns it, and that is an answer")
    why = serializers.CharField()
    rule = serializers.CharField(help_text="which rule of the map decided")
    # The stubs take this field for the attribute of the same name that every field has.
    source = serializers.CharField(  # type: ignore[assignment]
        help_text="where that rule was written: file, manual; empty where there is none"
    )
    since = Instant(allow_null=True, help_text="since when the rule stands as it is")
    is_fallback = serializers.BooleanField(help_text="the team does not own it, but looks first")
    level = serializers.CharField(allow_null=True, help_text="how much of its namespace the team answers for")
    path = RuleSaid(many=True, help_text="the rules that led there: the one that decided, then those it leans on")
    overruled = RuleSaid(many=True, help_text="rules that say otherwise and do not count, the strongest first")
    conflicts = RuleSaid(many=True, help_text="rules that say otherwise and are as strong")
    answerer = AnswererLine(allow_null=True)
    split = SplitLine(many=True, help_text="who answers for which kinds there; empty where nobody has a level")
    responsibility = Supposed(allow_null=True, help_text="only where `verdict` is asked for")
    asked = TeamName(
        allow_null=True,
        help_text="the team to ask: by `verdict`, else who answers for the kind, and for a namespace its owner",
    )
    on_call = OnCallTeam(allow_null=True, help_text="of the team to ask; null where there is none")
    next_handoff = Handoff(allow_null=True, help_text="of that team; null where nobody hands anything over")
    contacts = ContactLine(many=True, help_text="where people find that team")
