"""The demonstration: one failure of each kind, and nothing of it left afterwards."""

import pytest
from pytest_django import Settings

from alerts import inbox, integrations
from alerts.models import Alert
from ownership.models import Cluster, Team, User
from tests import factories
from triage.clock import database_now
from triage.demo import night
from triage.models import Incident
from triage.tick import tick


@pytest.mark.django_db(transaction=True)
def test_a_failure_of_the_cluster_one_of_an_application_and_an_undecided_one(settings: Settings) -> None:
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    mine = factories.make_team("mine")
    now = database_now()
    night.apply_map(now=now)
    integration = integrations.create("Demonstration", slug=night.NAME, cluster=night.NAME).integration
    for _, payload in night.payloads(now=now):
        inbox.accept(integration, payload, "127.0.0.1", now)
    tick(database_now())
    found = {incident.verdict: incident.owner and incident.owner.slug for incident in Incident.objects.all()}
    assert found == {"cluster": "demo-platform", "application": "demo-payments", "uncertain": "demo-platform"}

    assert night.remove(now=now) > 0
    assert not any(table.objects.exists() for table in (Incident, Alert, Cluster, User))
    assert list(Team.objects.all()) == [mine], "what is not of the demonstration stays"
