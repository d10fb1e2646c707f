"""Who is behind requests that fail."""

from tests.casework.makers import Scene, Workload, crashing
from tests.triage.verdict.rules.looks import cluster, lines, verdicts
from triage.verdict import Suspect, Verdict
from triage.verdict.rules.requests import requests


def _errors(made: Scene, workload: Workload, words: str) -> None:
    made.alert("HighErrorRate", 20, severity="critical", namespace=workload.namespace, deployment=workload.name,
               summary="More than 5% of the requests fail", description=words)  # fmt: skip


def test_what_is_called_and_was_changed_just_before() -> None:
    made, teams = cluster()
    for name in ("cart", "invoices"):
        _errors(made, teams[name], "100% of the calls to query.search.svc are answered 401")
    made.change(teams["query"].obj, "spec.template.spec.containers[0].image", "a:1", "a:2", minutes=24)
    first = verdicts(made)[0]
    assert (first.verdict, first.suspect) == (Verdict.APPLICATION, Suspect("Deployment", "query", "search"))
    assert first.namespaces == ("billing", "shop")


def test_what_is_called_and_fails_itself() -> None:
    made, teams = cluster()
    _errors(made, teams["cart"], "calls to query.search.svc.cluster.local are refused")
    made.put(teams["query"], crashing(30))
    (line,) = lines(requests, made)
    assert (line.suspect, line.weight) == (Suspect("Deployment", "query", "search"), 3.0)


def test_what_is_called_and_is_as_it_was_says_nothing() -> None:
    made, teams = cluster()
    _errors(made, teams["cart"], "calls to query.search.svc.cluster.local are refused")
    assert lines(requests, made) == []


def test_a_sick_neighbour_explains_requests() -> None:
    made, teams = cluster()
    _errors(made, teams["storefront"], "errors")
    made.put(teams["cart"], crashing(30))
    (line,) = lines(requests, made)
    assert (line.suspect.name, line.explains[0].name) == ("cart", "storefront")


def test_who_sends_nearly_everything() -> None:
    made, teams = cluster()
    _errors(made, teams["cart"], "slow")
    for source, value in (("search", 4800.0), ("shop", 30.0)):
        made.metric("istio_requests_total:rate5m", value, destination_workload="cart", source_workload="query",
                    destination_workload_namespace="shop", source_workload_namespace=source)  # fmt: skip
    first = verdicts(made)[0]
    assert (first.verdict, first.suspect) == (Verdict.APPLICATION, Suspect("Deployment", "query", "search"))
