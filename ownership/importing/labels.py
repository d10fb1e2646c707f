"""Labels and annotations become rules: in one transaction, with a report, and with what teams gain by them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from ownership.changes import Change, Found, Key, Report, Values, Verb, compare
from ownership.directory import load_map
from ownership.entries import RuleEntry
from ownership.importing.kinds import BATCH
from ownership.matchers import Matcher
from ownership.models import Cluster, OwnershipRefusal, OwnershipRule, Team
from ownership.sources import Source
from ownership.sources.labels import Gained, Ignored, Labelled, Refusal, read_labels
from ownership.version import changing_map, lock_map, map_has_changed, written_by

_SOURCES = (Source.LABEL, Source.ANNOTATION)


@dataclass(frozen=True)
class LabelReport:
    """What was changed, who gained something by it and has to be told, and what does not count and why."""

    report: Report
    gained: tuple[Gained, ...]
    ignored: tuple[Ignored, ...]


def apply_labels(
    cluster: Cluster,
    objects: Iterable[Mapping[str, Any]],
    *,
    prune: bool = False,
    dry_run: bool = False,
    now: datetime,
    author: str = "",
) -> LabelReport:
    """Makes the rules of a cluster's labels what these objects say, or says what that would change.

    Args:
        cluster: where the objects stand.
        objects: namespaces and workloads, as the Kubernetes API returns them.
        prune: whether these are all that the cluster has: then rules of labels that are gone go. Without it they stay.
        dry_run: whether to change nothing.
        now: of the change.
        author: who reads them, for the history; where nobody is named, the cluster's labels.
    """
    with transaction.atomic():
        lock_map(now=now)
        said = _read(cluster, objects)
        with written_by(author or f"labels of {cluster.slug}", "label", at=now):
            report = Report(tuple(_write(cluster, said, prune=prune, now=now)), is_dry_run=dry_run)
        if report.changes_anything:
            map_has_changed(now=now)
        if dry_run:
            transaction.set_rollback(True)
    return LabelReport(report, said.gained, said.ignored)


def refuse(rule: OwnershipRule, *, by: str, reason: str = "", now: datetime, source: str = "page") -> OwnershipRefusal:
    """A team's no to what a label gave it: the rule goes, and does not come back until the refusal is taken back.

    `by` is who says so, and `source` from where (`page`, `rest`), for the history too.

    Raises:
        ValueError: no label or annotation wrote the rule, and who did has to change it.
    """
    if rule.source not in _SOURCES or rule.cluster is None:
        raise ValueError(f"{rule} was not written by a label or an annotation but by {rule.source}; change it there")
    with changing_map(now=now, author=by, source=source):
        refusal, _ = OwnershipRefusal.objects.get_or_create(
            cluster=rule.cluster,
            matcher=rule.matcher,
            team=rule.team,
            defaults={"reason": reason, "refused_by": by, "refused_at": now},
        )
        rule.delete()
    return refusal


def _read(cluster: Cluster, objects: Iterable[Mapping[str, Any]]) -> Labelled:
    refusals = OwnershipRefusal.objects.filter(cluster=cluster).values_list("matcher", "team__slug")
    return read_labels(
        objects,
        cluster.slug,
        load_map(),
        teams=frozenset(Team.objects.values_list("slug", flat=True)),
        refusals=[Refusal(cluster.slug, Matcher.of(matcher), team) for matcher, team in refusals],
        keys=settings.OWNER_KEYS,
    )


def _write(cluster: Cluster, said: Labelled, *, prune: bool, now: datetime) -> Iterator[Change]:
    rows = {
        (row.source, Matcher.of(row.matcher).text): row
        for row in OwnershipRule.objects.filter(cluster=cluster, source__in=_SOURCES).select_related("team")
    }
    teams = dict(Team.objects.values_list("slug", "pk"))
    wanted = {(rule.source, rule.matcher.text): rule for rule in said.rules}
    added, changed, gone = [], [], []
    for source in _SOURCES:
        asked: dict[Key, Values] = {key: _values(rule) for key, rule in wanted.items() if key[0] == source}
        found: dict[Key, Found] = {
            key: Found({"team": row.team.slug, "by": row.origin}, row.source)
            for key, row in rows.items()
            if key[0] == source
        }
        for change in compare("rule", asked, found, prune=prune, source=source):
            key = (change.key[0], change.key[1])
            if change.verb is Verb.ADD:
                added.append(_assigned(OwnershipRule(cluster=cluster), wanted[key], teams, now))
            elif change.verb is Verb.CHANGE:
                changed.append(_assigned(rows[key], wanted[key], teams, now))
            elif change.verb is Verb.REMOVE:
                gone.append(rows[key].pk)
            matcher = wanted[key].matcher if key in wanted else Matcher.of(rows[key].matcher)
            yield replace(change, key=(cluster.slug, str(matcher)))
    OwnershipRule.objects.filter(pk__in=gone).delete()
    OwnershipRule.objects.bulk_create(added, batch_size=BATCH)
    OwnershipRule.objects.bulk_update(changed, ["team", "origin", "updated_at"], batch_size=BATCH)


def _values(rule: RuleEntry) -> Values:
    return {"team": rule.team, "by": rule.origin}


def _assigned(row: OwnershipRule, rule: RuleEntry, teams: Mapping[str, int], now: datetime) -> OwnershipRule:
    row.matcher = rule.matcher.as_data()
    row.team_id = teams[rule.team]
    row.precedence = rule.precedence
    row.source = rule.source
    row.origin = rule.origin
    row.updated_at = now
    return row
