"""Whose anything is, told whole: the owner and the rules that say so, who answers for which kind, whose turn it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from alerts.subjects import cluster_of, slug_of_cluster, subject_of
from ownership.answering import answerer_of
from ownership.match import Owner, OwnershipMap, Subject, owner_of
from ownership.models import Team
from ownership.responsibility import KINDS, Kinds
from ownership.subject import NAMESPACE
from triage.rota import Turn, rota_of
from triage.symptoms import suspect_of

WORDS = (
    *("cluster", "namespace", "kind", "name", "workload", "node", "component", "image"),
    *("ingress_host", "ingress_class", "storage_class", "webhook", "alertname"),
)
"""By what one may ask, besides labels."""

_COMPONENT = "component"
_SHOWN = 7
_EVERY_OTHER = ("Service", "Ingress", "PersistentVolumeClaim", "ServiceAccount", "every other kind")


@dataclass(frozen=True)
class About:
    """What is asked about, and how that was read of labels."""

    subject: Subject
    why: str = ""


@dataclass(frozen=True)
class Part:
    """Kinds that one team answers for, and why."""

    kinds: tuple[str, ...]
    team: str | None
    why: str

    @property
    def first(self) -> tuple[str, ...]:
        """Those that people ask about most; where all others are meant as well, that is said."""
        last = self.kinds[-1:] if self.kinds[-1:] == _EVERY_OTHER[-1:] else ()
        return (*[kind for kind in self.kinds if kind not in last][: _SHOWN - len(last)], *last)

    @property
    def rest(self) -> tuple[str, ...]:
        return tuple(kind for kind in self.kinds if kind not in self.first)


@dataclass(frozen=True)
class Whose:
    """The answer. Teams are told by their slugs as the map does; `teams` has those that there are."""

    about: About
    owner: Owner
    asks: str | None  # the team to ask
    split: tuple[Part, ...]
    teams: Mapping[str, Team]
    turn: Turn | None
    tenancy: str = ""  # of the cluster, where the map knows it

    @property
    def owner_team(self) -> Team | None:
        return self.teams.get(self.owner.team or "")

    @property
    def asked_team(self) -> Team | None:
        return self.teams.get(self.asks or "")


def about_of(words: Mapping[str, str], labels: Mapping[str, str]) -> About:
    """What these words and labels mean. Labels are read as those of an alert that came in; words go before them."""
    given = {word: words[word] for word in WORDS if words.get(word)}
    if given.get("alertname"):
        labels = {**labels, "alertname": given["alertname"]}
    if given.get("namespace") and labels:
        labels = {**labels, "namespace": given["namespace"]}
    named = given.pop("cluster", "")
    cluster = slug_of_cluster(named) if named else cluster_of(labels, label="cluster", default="")
    read = _of_labels(labels, cluster) if labels else About(Subject(cluster=cluster))
    component = given.pop("component", "")
    if component:
        given = {"kind": component, "name": component} | given
    elif "node" in given and not given.keys() & {"kind", "name", "namespace", "workload"}:
        given |= {"kind": "Node", "name": given["node"]}
    if read.why and not given.keys() & {"kind", "name"}:
        given.pop("namespace", None)
    subject = replace(read.subject, **given)  # type: ignore[arg-type]  # WORDS are those that are texts
    if subject.kind.casefold() == _COMPONENT:
        # The map knows a component by what it is: CoreDNS, ingress-nginx.
        subject = replace(subject, kind=subject.name)
    return About(subject, read.why)


def _of_labels(labels: Mapping[str, str], cluster: str) -> About:
    alert = subject_of(labels, cluster=cluster)
    suspect = suspect_of(alert)
    read = replace(
        Subject.of_labels(labels, cluster=cluster),
        kind=suspect.kind,
        name=suspect.name,
        namespace=suspect.namespace,
        node=alert.node,
    )
    return About(read, alert.why)


def whose(about: About, ownership_map: OwnershipMap, *, now: datetime, asks: str = "") -> Whose:
    """The answer, in a constant number of queries.

    Args:
        about: what is asked about.
        ownership_map: the map as it is now.
        now: when somebody is to be asked.
        asks: the team to ask, where something else than the map has decided that.
    """
    owner = owner_of(about.subject, ownership_map)
    asks = asks or asked_team(about.subject, owner) or ""
    split = split_of(about.subject, owner, ownership_map)
    teams = teams_of([owner.team, asks, *(part.team for part in split), *(used.team for used in owner.path)])
    turns = rota_of(now, [teams[asks]]) if asks in teams and teams[asks].pk else []
    cluster = ownership_map.clusters.get(owner.cluster or about.subject.cluster)
    tenancy = cluster.tenancy.value if cluster else ""
    return Whose(about, owner, asks or None, split, teams, turns[0] if turns else None, tenancy)


def asked_team(subject: Subject, owner: Owner) -> str | None:
    """The team to ask: who answers for a thing of this kind, and of a whole namespace its owner."""
    is_thing = bool(subject.kind) and subject.kind.casefold() != NAMESPACE
    return owner.answerer.team if is_thing and owner.answerer else owner.team


def split_of(subject: Subject, owner: Owner, ownership_map: OwnershipMap) -> tuple[Part, ...]:
    """Who answers for which kinds where the subject stands; nothing where no level is somebody's."""
    if owner.level is None:
        return ()
    parts: dict[tuple[str, str | None], list[str]] = {}
    whys: dict[tuple[str, str | None], str] = {}
    for kinds, kind in _kinds(ownership_map):
        asked = replace(subject, kind="" if kind == _EVERY_OTHER[-1] else kind, name="")
        answerer = answerer_of(asked, owner, ownership_map)
        # What people think of as theirs stands together where one team has it; the guarded and the cluster's do not.
        key = (kinds.value if kinds in (Kinds.GUARDED, Kinds.CLUSTER) else "", answerer.team)
        parts.setdefault(key, []).append(kind)
        whys.setdefault(key, answerer.why)
    return tuple(Part(tuple(kinds), team, whys[group, team]) for (group, team), kinds in parts.items())


def _kinds(ownership_map: OwnershipMap) -> Iterable[tuple[Kinds, str]]:
    known = {kind.casefold() for kinds in KINDS.values() for kind in kinds} | {kind.casefold() for kind in _EVERY_OTHER}
    own = {entry.kind.casefold(): entry.kind for entry in ownership_map.responsibilities}
    for kinds in Kinds:
        if kinds is Kinds.NAMESPACED:
            more = [kind for word, kind in sorted(own.items()) if word not in known]
            yield from ((kinds, kind) for kind in (*more, *_EVERY_OTHER))
        else:
            yield from ((kinds, kind) for kind in _IN_ORDER[kinds])


_FIRST = (
    *("Image", "Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "Pod", "ConfigMap", "Secret"),
    *("NetworkPolicy", "ResourceQuota", "LimitRange", "Role", "RoleBinding", "Node", "PersistentVolume"),
)
_IN_ORDER = {
    kinds: sorted(names, key=lambda name: (_FIRST.index(name) if name in _FIRST else len(_FIRST), name))
    for kinds, names in KINDS.items()
}


def teams_of(slugs: Iterable[str | None]) -> dict[str, Team]:
    """The teams by their slugs, in one query. One that the map names and nobody has made is told by its slug."""
    named = {slug: Team(slug=slug, name=slug) for slug in slugs if slug}
    rows = Team.objects.filter(slug__in=named).prefetch_related("contacts")
    return named | {team.slug: team for team in rows}
