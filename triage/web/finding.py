"""What the page Whose shows for what was typed: hits by kind, and the answer for the one that is meant."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Q

from ownership.changes import Verb
from ownership.directory import load_map
from ownership.history import Changed, changes_of
from ownership.match import OwnershipMap
from ownership.models import Member, Team, User
from ownership.subject import namespace_of
from triage.models import Incident
from triage.rota import Turn, rota_of
from triage.search import LONGEST, Group, Hit, Hits, guess_of, hits_of, rank_of
from triage.whose import WORDS, Whose, about_of, teams_of, whose

SEEN_FOR = timedelta(days=30)
MOST_SEEN = 500
MOST_OPEN = 5
MOST_CHANGES = 4
MOST_CHANGES_READ = 20
_LABEL = "label."


@dataclass(frozen=True)
class ShownHit:
    """A hit as a link, with its team."""

    hit: Hit
    query: str
    team: Team | None
    is_chosen: bool
    parts: tuple[str, str, str]  # the name, taken apart around what was typed


@dataclass(frozen=True)
class Before:
    """A change of the map that had to do with it."""

    at: datetime
    what: str
    done: str
    fields: tuple[tuple[str, str, str], ...]
    author: str
    source: str


@dataclass(frozen=True)
class Found:
    """Everything for one request."""

    text: str
    groups: tuple[tuple[Group, tuple[ShownHit, ...]], ...]
    in_all: int
    answer: Whose | None
    is_guess: bool  # nothing is called so; the answer is what it would be
    people: tuple[Turn, ...]  # where a team or a person was meant
    person: User | None
    open: tuple[Incident, ...]
    history: tuple[Before, ...]  # the latest changes of whose it is
    words: Mapping[str, str]  # by which the API gives the same answer


def find(text: str, given: Mapping[str, str], *, now: datetime) -> Found:
    """The answer for these words where there are any, else for the best hit of the text.

    Args:
        text: what was typed.
        given: words of a subject, labels as `label.NAME`, a team or a person by their names.
        now: when somebody is to be asked.
    """
    ownership_map = load_map()
    text = text.strip()[:LONGEST]
    hits = hits_of(text, ownership_map, _more(text, now))
    words = {key: value for key, value in given.items() if key in _KNOWN or key.startswith(_LABEL)}
    chosen = words or dict(hits.best.asks if hits.best else ())
    is_guess = False
    if not chosen and text and (guess := guess_of(text, ownership_map)):
        chosen, is_guess = dict(guess.asks), True
    answer = _answer(chosen, ownership_map, now=now)
    person, people = _people(chosen, now)
    return Found(
        text=text,
        groups=_shown(hits, text, chosen),
        in_all=hits.in_all,
        answer=answer,
        is_guess=is_guess,
        people=people,
        person=person,
        open=_open(answer) if answer else (),
        history=_history(answer) if answer and not is_guess else (),
        words=chosen,
    )


_KNOWN = frozenset({*WORDS, "team", "person"})


def _answer(words: Mapping[str, str], ownership_map: OwnershipMap, *, now: datetime) -> Whose | None:
    labels = {key.removeprefix(_LABEL): value for key, value in words.items() if key.startswith(_LABEL)}
    if not labels and not words.keys() & set(WORDS):
        return None
    return whose(about_of(words, labels), ownership_map, now=now)


def _people(words: Mapping[str, str], now: datetime) -> tuple[User | None, tuple[Turn, ...]]:
    if slug := words.get("team"):
        return None, tuple(rota_of(now, Team.objects.filter(slug=slug)))
    if username := words.get("person"):
        user = User.objects.filter(username=username).first()
        return user, tuple(rota_of(now, Team.objects.filter(memberships__user=user))) if user else ()
    return None, ()


def _history(answer: Whose) -> tuple[Before, ...]:
    """What changed whose it is; that a cluster has another name is not told here."""
    subject = replace(answer.about.subject, cluster=answer.owner.cluster or answer.about.subject.cluster)
    told = (_before(one) for one in changes_of(subject, most=MOST_CHANGES_READ))
    return tuple(one for one in told if one.fields)[:MOST_CHANGES]


def _before(one: Changed) -> Before:
    change = one.change
    fields = tuple(field for field in change.fields if field[0] in _TELLING)
    done = {Verb.ADD: "made", Verb.REMOVE: "removed"}.get(change.verb, "changed")
    key = "/".join(part for part in change.key if part and part != "*")
    return Before(one.at, f"{change.what} {key}", done, fields, one.author, one.source)


_TELLING = frozenset({"team", "level", "operated by", "fallback", "dedicated to", "who", "matcher"})


def _open(answer: Whose) -> tuple[Incident, ...]:
    """Open incidents about the subject, or that its namespace is in."""
    subject = answer.about.subject
    is_open = Incident.objects.filter(resolved_at=None)
    if answer.owner.cluster or subject.cluster:
        is_open = is_open.filter(cluster=answer.owner.cluster or subject.cluster)
    if namespace := namespace_of(subject):
        about = Q(suspect_namespace=namespace) | Q(namespaces__contains=[namespace])
    elif subject.kind and subject.name:
        about = Q(suspect_kind__iexact=subject.kind, suspect_name=subject.name)
    else:
        return ()
    return tuple(is_open.filter(about).select_related("owner").order_by("-opened_at")[:MOST_OPEN])


def _more(text: str, now: datetime) -> Iterator[Hit]:
    """Teams, people, and what incidents were about: three queries."""
    wanted = text.casefold().replace("\0", "")
    if not wanted:
        return
    for slug, name in Team.objects.filter(Q(slug__icontains=wanted) | Q(name__icontains=wanted)).values_list(
        "slug", "name"
    ):
        if rank := min(filter(None, (rank_of(slug, wanted), rank_of(name, wanted))), default=None):
            yield Hit(Group.TEAM, slug, name if name.casefold() != slug else "", (("team", slug),), slug, rank=rank)
    people = Member.objects.filter(user__is_active=True).select_related("team", "user")
    seen: set[str] = set()
    for member in people.filter(Q(user__username__icontains=wanted) | Q(user__name__icontains=wanted))[:MOST_SEEN]:
        user = member.user
        ranks = filter(None, (rank_of(user.username, wanted), rank_of(user.name, wanted)))
        if user.username not in seen and (rank := min(ranks, default=None)):
            seen.add(user.username)
            asks = (("person", user.username),)
            yield Hit(Group.PERSON, user.username, user.name, asks, member.team.slug, rank=rank)
    yield from _seen(wanted, now)


def _seen(wanted: str, now: datetime) -> Iterator[Hit]:
    rows = Incident.objects.filter(opened_at__gt=now - SEEN_FOR, suspect_name__icontains=wanted).order_by("-pk")
    seen = dict.fromkeys(rows.values_list("cluster", "suspect_kind", "suspect_namespace", "suspect_name")[:MOST_SEEN])
    for cluster, kind, namespace, name in seen:
        if rank := rank_of(name, wanted):
            where = " / ".join(filter(None, [cluster, namespace]))
            asks = {"cluster": cluster, "namespace": namespace, "kind": kind, "name": name}
            words = tuple((word, value) for word, value in asks.items() if value)
            yield Hit(Group.SEEN, f"{kind} {name}", where, words, rank=(max(rank[0], 1), *rank[1:]))


def _shown(hits: Hits, text: str, chosen: Mapping[str, str]) -> tuple[tuple[Group, tuple[ShownHit, ...]], ...]:
    teams = teams_of(hit.team for found in hits.by_group.values() for hit in found)
    return tuple(
        (
            group,
            tuple(
                ShownHit(
                    hit,
                    urlencode([("q", text), *hit.asks]),
                    teams.get(hit.team or ""),
                    dict(hit.asks) == dict(chosen),
                    _around(hit.name, text),
                )
                for hit in found
            ),
        )
        for group, found in hits.by_group.items()
    )


def _around(name: str, text: str) -> tuple[str, str, str]:
    at = name.casefold().find(text.casefold()) if text else -1
    if at < 0 or len(name.casefold()) != len(name):
        return name, "", ""
    end = at + len(text)
    return name[:at], name[at:end], name[end:]
