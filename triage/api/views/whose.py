"""Whose is it, and who is on call for it now: for anything that can be named, or that an alert is about."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ownership import directory
from ownership.match import OwnershipMap, RuleUsed
from ownership.models import Team
from ownership.subject import WORDS as SUBJECT_WORDS
from triage.api.answers import WhoseAnswer
from triage.api.asking import asked
from triage.api.callers import Caller, caller_of
from triage.api.errors import Problem
from triage.api.teams import on_call_of
from triage.api.views.base import Answers, told
from triage.clock import database_now
from triage.routing import Assignment, route
from triage.verdict import Attribution, Suspect, Verdict
from triage.whose import WORDS, About, about_of, whose

_LABEL = "label."
_MOST_LABELS = 100
_LABELS = OpenApiParameter(
    "label.NAME",
    OpenApiTypes.STR,
    description="A label of the alert, once for each: label.namespace=shop&label.pod=cart-5d8f. They are read as those "
    "of an alert that came in are; what is named by the other words goes before them.",
)


def _word(help_text: str, most: int = 253) -> serializers.CharField:
    return serializers.CharField(required=False, allow_blank=True, max_length=most, help_text=help_text)


class WhoseFilters(serializers.Serializer[Any]):
    cluster = _word("A cluster, by slug.")
    namespace = _word("A namespace.")
    kind = _word("As Kubernetes writes it (Deployment, Node), or a component: CoreDNS.")
    name = _word("The name of the object.")
    workload = _word("The workload that it belongs to.")
    node = _word("A node; with a namespace or a kind, the node that it runs on.")
    component = _word("A part of the platform, by its kind: CoreDNS, IngressController.")
    image = _word("An image, as a pod names it: registry.example.org/shop/cart:1.2.", 500)
    ingress_host = _word("A host that an ingress serves.")
    ingress_class = _word("A class of ingresses.")
    storage_class = _word("A class of storage.")
    webhook = _word("An admission webhook, by the name of its configuration.")
    alertname = _word("The name of an alert, for example KubeNodeNotReady.")
    verdict = serializers.ChoiceField(
        [one.value for one in Verdict], required=False, help_text="Who would be asked if the verdict were this one?"
    )


class WhoseView(Answers):
    @extend_schema(operation_id="whose", parameters=[WhoseFilters, _LABELS], responses=told(WhoseAnswer, 400))
    def get(self, request: Request) -> Response:
        """Whose it is, why, and who is on call for it now. That nobody knows it is an answer, not an error."""
        filters, labels = _without_labels(request)
        wanted = asked(WhoseFilters, filters)
        about = about_of({word: wanted[word] for word in WORDS if wanted.get(word)}, labels)
        answer = _answer(about, wanted.get("verdict"), caller_of(request), now=database_now())
        return Response(WhoseAnswer(answer).data)


def _without_labels(request: Request) -> tuple[Mapping[str, str], dict[str, str]]:
    filters = request.query_params.copy()
    labels: dict[str, str] = {}
    for name in [name for name in filters if name.startswith(_LABEL) and name != _LABEL]:
        values = filters.pop(name)
        if len(values) > 1 or len(labels) >= _MOST_LABELS:
            remedy = f"Give each label once, and at most {_MOST_LABELS} of them."
            raise Problem(400, f"{name} is one too many.", field=name, value=", ".join(values), remedy=remedy)
        labels[name.removeprefix(_LABEL)] = values[0]
    return filters, labels


def _answer(about: About, verdict: str | None, caller: Caller, *, now: datetime) -> dict[str, Any]:
    ownership_map = directory.load_map()
    split = _supposed(about, Verdict(verdict), ownership_map, now=now) if verdict else None
    told_whole = whose(about, ownership_map, now=now, asks=(split.team or "") if split else "")
    teams = told_whole.teams
    owner, turn = told_whole.owner, told_whole.turn
    asks = told_whole.asked_team if told_whole.turn else None
    answerer = owner.answerer
    return {
        "subject": _subject(about),
        "owner": told_whole.owner_team,
        "why": owner.why,
        "rule": owner.rule.value,
        "source": owner.source,
        "since": owner.updated_at,
        "is_fallback": owner.is_fallback,
        "level": owner.level,
        "path": [_rule(used, teams) for used in owner.path],
        "overruled": [_rule(used, teams) for used in owner.overruled],
        "conflicts": [_rule(used, teams) for used in owner.conflicts],
        "answerer": answerer and {"team": _named(answerer.team, teams), "why": answerer.why},
        "split": [
            {"kinds": part.kinds, "team": _named(part.team, teams), "why": part.why} for part in told_whole.split
        ],
        "responsibility": split and {"verdict": verdict, "team": _named(split.team, teams), "why": split.why},
        "asked": told_whole.asked_team,
        "on_call": on_call_of([asks], caller, now=now)[0] if asks else None,
        "next_handoff": {"at": turn.until, "people": turn.then} if turn and turn.until else None,
        "contacts": list(asks.contacts.all()) if asks else [],
    }


def _subject(about: About) -> dict[str, Any]:
    return {word: getattr(about.subject, word) for word in SUBJECT_WORDS} | {"why": about.why}


def _rule(used: RuleUsed, teams: Mapping[str, Team]) -> dict[str, Any]:
    return {**asdict(used), "rule": used.rule.value, "team": _named(used.team, teams), "since": used.updated_at}


def _named(slug: str | None, teams: Mapping[str, Team]) -> Team | None:
    return (teams.get(slug) or Team(slug=slug, name=slug)) if slug else None


def _supposed(about: About, verdict: Verdict, ownership_map: OwnershipMap, *, now: datetime) -> Assignment:
    """Whom the service itself would ask about this subject, were that its verdict."""
    subject = about.subject
    supposed = Attribution(
        verdict=verdict,
        confidence=1.0,
        suspect=Suspect(subject.kind, subject.name, subject.namespace),
        sentence="",
        severity="none",
        began_at=now,
        findings=(),
        candidates=(),
        symptoms=(),
        namespaces=(),
    )
    return route(supposed, subject.cluster, ownership_map)
