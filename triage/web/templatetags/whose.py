"""Times, people and teams, as every page writes them."""

import re
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from ownership.match import Owner
from ownership.models import ContactKind, Team, TeamContact, User
from ownership.oncall.models import shown
from ownership.picture import Line
from ownership.subject import NAMESPACE, namespace_of
from triage.models import Incident, Page
from triage.verdict import SHIPPED
from triage.verdict.types import Side
from triage.web import telling
from triage.web.ages import age, in_words
from triage.web.ledger import WIDTH, Bar
from triage.web.middleware import loggable
from triage.web.telling import Told
from triage.whose import Whose

register = template.Library()
register.filter("loggable", loggable)
register.filter("percent", telling.percent)
register.filter("duration", in_words)
COLOURS = 8
NEVER = "\N{EN DASH}"


@register.simple_tag
def moment(at: datetime | None, shape: str = "full") -> SafeString | str:
    """An instant in the reader's zone, which is named; UTC stands in the title.

    Args:
        at: the instant; None is shown as a dash.
        shape: `full` (Tue 21 Oct 2025, 03:09 CEST), `second` (with seconds), `soon` (Tue 21 Oct, 03:09), `day`
            (Tue 21 Oct 2025), `clock` (03:09) or `exact` (03:09:12).
    """
    if at is None:
        return NEVER
    local = timezone.localtime(at)
    shown = {
        "full": f"{local:%a} {local.day} {local:%b %Y, %H:%M %Z}",
        "second": f"{local:%a} {local.day} {local:%b %Y, %H:%M:%S %Z}",
        "soon": f"{local:%a} {local.day} {local:%b, %H:%M}",
        "day": f"{local:%a} {local.day} {local:%b %Y}",
        "clock": f"{local:%H:%M}",
        "exact": f"{local:%H:%M:%S}",
    }[shape]
    return _time(at, shown)


@register.simple_tag
def ago(at: datetime | None, now: datetime) -> SafeString | str:
    """How long ago it was: `8 min ago`; the instant stands in the title."""
    if at is None:
        return NEVER
    shown = age(now - at)
    return _time(at, "just now" if shown == "now" else f"{shown} ago", "data-ago")


@register.simple_tag
def now_iso(now: datetime) -> str:
    """The server's instant, from which the browser counts on."""
    return now.isoformat()


@register.simple_tag
def since(at: datetime, now: datetime) -> SafeString:
    """How long it has lasted: `8 min`. It ticks on in the browser."""
    return _time(at, age(now - at), "data-age")


@register.simple_tag
def until(at: datetime, now: datetime) -> SafeString:
    """How long it still takes: `2:40`. It ticks on in the browser."""
    minutes, seconds = divmod(max(0, int((at - now).total_seconds())), 60)
    return _time(at, f"{minutes}:{seconds:02}" if minutes < 60 else age(at - now), "data-until")


def _time(at: datetime, shown: str, ticks: str = "") -> SafeString:
    local, utc = timezone.localtime(at), at.astimezone(timezone.get_fixed_timezone(0))
    return format_html(
        '<time datetime="{}" {} title="{}">{}</time>',
        utc.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if ticks else utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
        ticks,
        f"{local:%a} {local.day} {local:%b %Y, %H:%M:%S %Z} · {utc:%H:%M:%S} UTC",
        shown,
    )


@register.filter
def commands(text: str) -> SafeString:
    """What stands between backticks is something to type."""
    parts = enumerate(text.split("`"))
    return format_html_join(
        "", "{}", ((format_html("<code>{}</code>", part) if place % 2 else part,) for place, part in parts)
    )


@register.filter
def told(incident: Incident) -> Told:
    """The incident's verdict, taken apart for a page."""
    return telling.told(
        incident.verdict, incident.confidence, incident.sentence, incident.candidates, is_over=not incident.is_open
    )


@register.filter
def told_rest(incident: Incident) -> str:
    """What the sentence says after the verdict."""
    return told(incident).rest


@register.simple_tag
def lasted(began_at: datetime, ended_at: datetime) -> str:
    """From one instant to another: `22 min`."""
    return age(ended_at - began_at)


@register.filter
def lines_of(text: str, most: int) -> str:
    """A sentence, not longer than somebody reads."""
    return text if len(text) <= most else f"{text[:most]}…"


_SOURCES = {
    "alert": "Alert",
    "event": "Event of the cluster",
    "metric": "Prometheus",
    "object": "API server",
    "change": "Change",
    "door": "Refused at the door",
    "prior": "Before looking",
}


@register.filter
def source(word: str) -> str:
    """Where a finding comes from."""
    return _SOURCES.get(word, word.capitalize())


@register.filter
def telling_labels(labels: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The few labels by which one alert is told from the next at a glance."""
    by_name = dict(labels)
    names = ("exported_namespace", "namespace", "exported_pod", "pod", "deployment", "node", "instance", "job")
    return [(name, by_name[name]) for name in names if by_name.get(name)][:3]


@register.filter
def middle(text: object, most: int = 60) -> SafeString:
    """Cut in the middle where it is long; whole in the title."""
    whole = str(text)
    short = telling.cut(whole, most)
    return format_html("{}", whole) if short == whole else format_html('<span title="{}">{}</span>', whole, short)


@register.filter
def reached(page: Page) -> str:
    """By what a page goes out, as it may be shown: of a webhook only the host, since its path is a secret."""
    return shown(page.channel, page.address) if page.channel == Page.Channel.WEBHOOK else page.get_channel_display()


@register.filter
def web_address(text: str) -> str:
    """The text where it is an address that may stand behind a link, and otherwise nothing."""
    return text if text.startswith(("http://", "https://")) else ""


@register.inclusion_tag("web/_verdict.html")
def verdict(value: str, word: str = "") -> dict[str, str]:
    """A verdict as shape, letter and word."""
    return {"value": value, "word": word or value}


@register.inclusion_tag("web/_severity.html")
def severity(value: str, *, is_heard: bool = False) -> dict[str, object]:
    """A severity as bars that fill up; with its word to read, or only to be heard."""
    lit = {"critical": 3, "warning": 2, "info": 1}.get(value, 0)
    return {"value": value, "bars": [(1, 10, 5), (6, 6, 9), (11, 2, 13)], "lit": lit, "is_heard": is_heard}


@register.inclusion_tag("web/_balance.html")
def balance(told: Told, width: int, height: int) -> dict[str, object]:
    """Where a verdict lies between application (left) and cluster (right), with the undecided middle hatched."""
    inner = width - height  # the mark may stand at either end
    at = height / 2 + told.towards_cluster * inner
    begins, ends = (height / 2 + edge * inner for edge in (1 - SHIPPED.threshold, SHIPPED.threshold))
    edge = ends if told.side == Side.CLUSTER else begins
    return {
        "told": told,
        "width": width,
        "height": height,
        "track_y": round(height / 2 - 2, 1),
        "hatch_y": round(height / 2 - 4, 1),
        "undecided_x": round(begins, 1),
        "undecided_width": round(ends - begins, 1),
        "bar_x": round(min(edge, at), 1),
        "bar_width": round(abs(at - edge), 1),
        "mark_x": round(at - height / 2, 1),
    }


@register.inclusion_tag("web/_weight.html")
def weight(bar: Bar, side: str, source: str = "") -> dict[str, object]:
    """A line of the ledger as a bar from the zero that all lines share."""
    return {"bar": bar, "side": side, "is_prior": source == "prior", "width": WIDTH}


@register.inclusion_tag("web/_person.html")
def person(user: User | None, *, you: User | None = None) -> dict[str, object]:
    """A person's tag: initial, name, and whether it is the reader."""
    return {"person": user, "colour": colour(user.username) if user else "", "is_you": bool(you) and user == you}


@register.inclusion_tag("web/_team.html")
def team(team: Team) -> dict[str, object]:
    """A team's tag: a short code in its colour, and the name."""
    return {"team": team, "colour": colour(team.slug), "code": code(team.slug)}


@register.inclusion_tag("web/_whose_team.html")
def whose_team(team: Team | None) -> dict[str, object]:
    """The same as a link to its page; a team that the map names and that there is not is no link."""
    return {"team": team}


@register.inclusion_tag("web/_whose_team.html")
def whose_slug(slug: str, teams: Mapping[str, Team]) -> dict[str, object]:
    return {"team": teams.get(slug) or Team(slug=slug, name=slug)}


@register.inclusion_tag("web/_team.html")
def team_slug(slug: str | None) -> dict[str, object]:
    """A team's tag where only its short name is at hand."""
    return team(Team(slug=slug or "nobody", name=slug or "nobody"))


@register.inclusion_tag("web/_whose_owner.html")
def whose_owner(owner: Owner) -> dict[str, object]:
    """The owner's tag; what nobody owns is loud, with who looks first."""
    return {"owner": owner}


_SECTIONS = {"namespace": "namespaces", "component": "components", "cluster": "clusters"}


@register.simple_tag
def correct_address(answer: Whose) -> str:
    """Where the rule that decided is changed, or where one is made; whoever may not do that reads there who may."""
    subject, used = answer.about.subject, next(iter(answer.owner.path), None)
    namespace, cluster = namespace_of(subject), answer.owner.cluster or subject.cluster
    if answer.owner.is_gap and namespace:
        words = {"cluster": cluster, "name": namespace}
        return f"{reverse('make_row', args=['namespaces'])}?{urlencode(words)}"
    if used is None or not used.key:
        return ""
    if used.pk is not None:
        return reverse("edit_row", args=["rules", used.pk])
    what, _, key = used.key.partition(" ")
    return f"{reverse('row', args=[_SECTIONS[what]])}?{urlencode({'key': key})}" if what in _SECTIONS else ""


@register.filter
def team_colour(slug: str) -> str:
    return colour(slug)


@register.filter
def team_code(slug: str) -> str:
    return code(slug)


@register.simple_tag
def whose_address(cluster: str, line: Line) -> str:
    """Where the answer for a cell of the map's picture stands."""
    kind = line.kind or "Namespace"
    words = {"cluster": cluster, "kind": kind, "name": line.name or kind}
    words |= {} if line.kind else {"namespace": line.name}
    return f"{reverse('whose')}?{urlencode(words)}"


@register.filter
def field_name(name: str) -> str:
    """A field of the file as people read it: `operated_by` is Operated by."""
    return name.replace("_", " ").capitalize()


@register.filter
def called(answer: Whose) -> str:
    """What is asked about, as a sentence begins with it."""
    subject = answer.about.subject
    if subject.kind.casefold() == NAMESPACE:
        return namespace_of(subject)
    said = str(subject).removeprefix("the ")
    return said if said != "it" else f"Cluster {answer.owner.cluster or subject.cluster}"


@register.simple_tag
def contact_link(contact: TeamContact) -> SafeString | str:
    """Where people find a team, as a link where a browser can follow it."""
    address = contact.address
    links = {
        ContactKind.EMAIL: f"mailto:{address}",
        ContactKind.PHONE: f"tel:{re.sub(r'[^+0-9]', '', address)}",
        ContactKind.WEB: web_address(address),
        ContactKind.CHAT: web_address(address),
    }
    shown_as = format_html('<span class="break">{}</span>', address)
    if href := links.get(ContactKind(contact.kind), ""):
        shown_as = format_html('<a class="break" href="{}" rel="noreferrer noopener">{}</a>', href, address)
    kind = ContactKind(contact.kind).label
    note = format_html(' <span class="ink-3">{}</span>', contact.note) if contact.note else ""
    return format_html('<span class="ink-3">{}</span> {}{}', kind, shown_as, note)


def code(slug: str) -> str:
    """The letters by which a team is told where there is no room for its name."""
    return slug[:3].upper()


def colour(key: str) -> str:
    """One of eight, always the same for the same key; colours repeat, so a name always stands beside them."""
    return f"t{zlib.crc32(key.encode()) % COLOURS + 1}"
