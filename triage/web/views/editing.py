"""Changing one row of the map: a form, then what it changes before and after and for whom, then it is saved."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ownership import editing
from ownership.editing import Author, Draft
from ownership.models import Member, User
from ownership.roles import Action, Decision, Person
from ownership.roles import may as may_do
from ownership.sources import Source
from triage.web.access import signed_in
from triage.web.map_forms import FORMS, KIND_WORDS, RowForm

MOST_MOVED = 12
NOUNS = {
    "clusters": "cluster",
    "components": "component",
    "namespaces": "namespace",
    "responsibilities": "cell of the table",
    "rules": "rule",
    "teams": "team",
}
_OURS = frozenset({"csrfmiddlewaretoken", "confirmed", "version", "back"})


def person_of(user: User) -> Person:
    """Who asks, as the rules of who may what see them."""
    teams = Member.objects.filter(user=user).values_list("team__slug", "role")
    return Person(user.role, dict(teams), user.is_active)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def make(request: HttpRequest, section: str) -> HttpResponse:
    """A new row. What the address names stands in the form already."""
    if section not in FORMS:
        raise Http404
    return _edit(request, section, None)


@require_safe
def find(request: HttpRequest, section: str) -> HttpResponse:
    """The row that an answer names by its key: a cluster, `cluster/kind/name`, or `cluster/namespace`."""
    where, _, name = request.GET.get("key", "").replace("\0", "").partition("/")
    rows = editing.rows_of(section) if section in ("clusters", "components", "namespaces") else None
    if rows is None:
        raise Http404
    if section == "clusters":
        row = get_object_or_404(rows, slug=where)
    elif section == "namespaces":
        row = get_object_or_404(rows, cluster__slug=None if where == "*" else where, name=name)
    else:
        kind, _, called = name.partition("/")
        row = get_object_or_404(rows, cluster__slug=where, kind__iexact=kind, name=called)
    return redirect("edit_row", section, row.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def edit(request: HttpRequest, section: str, pk: int) -> HttpResponse:
    """A row that is there."""
    return _edit(request, section, _row(section, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def remove(request: HttpRequest, section: str, pk: int) -> HttpResponse:
    """Says what falls to whom, and removes it when that is confirmed."""
    row = _row(section, pk)
    person = person_of(signed_in(request))
    draft = editing.draft_removal(section, row)
    _must(editing.may_edit(person, draft), request)
    status, said = 200, ""
    if request.method == "POST":
        try:
            editing.remove(
                section, row, version=request.POST.get("version", ""), by=_by(request, person), now=timezone.now()
            )
        except editing.Held as held:
            status, said = 409, str(held)
        except editing.Changed:
            row = _row(section, pk)
            draft = editing.draft_removal(section, row)
            status, said = 409, _MEANWHILE
        else:
            messages.success(request, f"The {_called(draft)} is removed.")
            return redirect(_list(section))
    return _confirm(request, draft, said=said, status=status)


_MEANWHILE = "Somebody changed it meanwhile. Below is the difference to what it is now; nothing of yours is saved yet."


def _row(section: str, pk: int) -> Any:
    if section not in FORMS:
        raise Http404
    return get_object_or_404(editing.rows_of(section), pk=pk)


def _edit(request: HttpRequest, section: str, row: Any) -> HttpResponse:
    person = person_of(signed_in(request))
    if row is not None:
        _must(editing.may_open(person, section, row), request)
    elif not may_do(person.role, Action.OPERATE) and (section != "rules" or "admin" not in person.teams.values()):
        raise PermissionDenied(f"Making a {NOUNS[section]} is for operators. You are signed in as {request.user}.")
    form = _form(request, section, row, person)
    if request.method != "POST" or "back" in request.POST or not form.is_valid():
        return _shown(request, section, row, form)
    try:
        draft = editing.draft(section, form.data_of_row(), row)
    except editing.Refused as refused:
        form.take(refused.mistakes)
        return _shown(request, section, row, form)
    _must(editing.may_edit(person, draft), request)
    if not draft.changes_anything:
        messages.info(request, "Nothing is changed: it is as you have written it.")
        return redirect(_list(section))
    seen = request.POST.get("version", "")
    is_stale = row is not None and seen != draft.version
    if "confirmed" not in request.POST or is_stale:
        said = _MEANWHILE if is_stale else ""
        return _confirm(request, draft, form, said=said, status=409 if is_stale else 200)
    try:
        editing.save(
            section, form.data_of_row(), row, version=seen or None, by=_by(request, person), now=timezone.now()
        )
    except editing.Refused as refused:
        form.take(refused.mistakes)
        return _shown(request, section, row, form)
    except editing.Changed:
        row = _row(section, row.pk)
        draft = editing.draft(section, form.data_of_row(), row)
        return _confirm(request, draft, form, said=_MEANWHILE, status=409)
    messages.success(request, f"The {_called(draft)} is {'made' if row is None else 'changed'}.")
    return redirect(_list(section))


def _must(decision: Decision, request: HttpRequest) -> None:
    if not decision:
        raise PermissionDenied(f"You may not change this: {decision.why}. You are signed in as {request.user}.")


def _by(request: HttpRequest, person: Person) -> Author:
    return Author(person, signed_in(request).username, "page")


def _form(request: HttpRequest, section: str, row: Any, person: Person) -> RowForm:
    form = FORMS[section]
    initial = form.initial_of(editing.data_of(section, row)) if row is not None else _named(request)
    return form(
        request.POST if request.method == "POST" else None,
        initial=initial,
        is_new=row is None,
        is_operator=may_do(person.role, Action.OPERATE),
    )


def _named(request: HttpRequest) -> dict[str, str]:
    """What the address says of a new row."""
    return {key: str(value)[:500].replace("\0", "") for key, value in request.GET.items()}


def _shown(request: HttpRequest, section: str, row: Any, form: RowForm) -> HttpResponse:
    context = {
        "form": form,
        "section": section,
        "noun": NOUNS[section],
        "row": row,
        "row_version": request.POST.get("version") or (editing.version_of(section, row) if row is not None else ""),
        "kinds": KIND_WORDS if section == "responsibilities" else (),
        "back": _list(section),
        "notes": editing.notes_of(row),
    }
    is_refused = form.is_bound and bool(form.errors)
    return render(request, "web/map_form.html", context, status=400 if is_refused else 200)


def _confirm(
    request: HttpRequest, draft: Draft, form: RowForm | None = None, *, said: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "draft": draft,
        "noun": NOUNS[draft.section],
        "called": _called(draft),
        "said": said,
        "sent": list(_sent(request)) if form is not None else [],
        "is_removal": form is None,
        "moved": draft.moved[:MOST_MOVED],
        "moved_more": max(0, len(draft.moved) - MOST_MOVED),
        "here": request.path,
        "back": _list(draft.section),
        "verb": _verb(draft, is_removal=form is None),
    }
    return render(request, "web/map_confirm.html", context, status=status)


def _verb(draft: Draft, *, is_removal: bool) -> str:
    if is_removal:
        return "Refuse" if getattr(draft.row, "source", "") in (Source.LABEL, Source.ANNOTATION) else "Remove"
    return "Make" if draft.row is None else "Change"


def _sent(request: HttpRequest) -> Iterator[tuple[str, str]]:
    """What the form sent, so that the confirmation sends it again."""
    for name, values in request.POST.lists():
        if name not in _OURS:
            yield from ((name, str(value)) for value in values)


def _called(draft: Draft) -> str:
    key = "/".join(part for part in draft.change.key if part and part != "*")
    return f"{NOUNS[draft.section]} {key}"


def _list(section: str) -> str:
    """Where one sees it."""
    names = {"teams": "teams", "rules": "rules", "responsibilities": "responsibilities"}
    return reverse(names.get(section, "map"))
