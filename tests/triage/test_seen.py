"""What alerts were about lately, as the audit of the map is told."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ownership.audit import Gap, audit
from tests.factories import OPENED, make_alert, make_cluster
from triage.seen import LATELY, seen_lately

pytestmark = pytest.mark.django_db


def test_what_alerts_were_about_lately() -> None:
    make_alert(labels={"alertname": "Slow", "namespace": "shop"})
    make_alert(labels={"alertname": "Slow", "namespace": "shop", "pod": "another"})
    make_alert(labels={"alertname": "Slow", "namespace": "monitoring", "exported_namespace": "web"})
    make_alert(labels={"alertname": "NodeDown"})
    make_alert(labels={"alertname": "Old", "namespace": "old"}, last_seen_at=OPENED - LATELY - timedelta(seconds=1))
    with CaptureQueriesContext(connection) as captured:
        seen = seen_lately(OPENED)
    assert list(seen.namespaces) == [("prod", "shop"), ("prod", "web")]
    assert [(each.alertname, each.namespace) for each in seen.alerts] == [
        *(("NodeDown", ""), ("Slow", "shop"), ("Slow", "web")),
    ]
    assert len([each for each in captured if "alerts_alert" in each["sql"]]) == 1
    assert not seen.all_namespaces, "alerts do not tell everything that there is"


def test_the_cluster_is_the_one_that_the_map_recognises() -> None:
    make_cluster("eu", recognised_by=[{"labels.region": ["eu"]}])
    make_alert(cluster="x", labels={"alertname": "Slow", "namespace": "shop", "region": "eu"})
    seen = seen_lately(OPENED)
    assert list(seen.namespaces) == [("eu", "shop")]
    assert Gap.UNKNOWN_CLUSTER not in {found.gap for found in audit(now=OPENED, seen=seen)}
