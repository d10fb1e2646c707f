"""The map as a file: taken in with a preview, and given out."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ownership import importing
from ownership.changes import Report, Verb
from ownership.exporting import export
from ownership.roles import may_apply_file
from ownership.sources.mapfile import parse
from ownership.sources.tree import MOST_BYTES, Mistake
from triage.web.access import signed_in
from triage.web.views.editing import person_of

MOST_SHOWN = 200
MOST_PASTED = 2 * 2**20  # characters; larger files are applied by the command, which tells how far it is


class ImportForm(forms.Form):
    """A file, or its text."""

    file = forms.FileField(required=False, label="A file", help_text="ownership.yaml, up to 2 MB.")
    text = forms.CharField(
        required=False,
        label="Or its text",
        strip=False,
        widget=forms.Textarea(attrs={"rows": 16, "class": "paste", "spellcheck": "false", "autocapitalize": "none"}),
    )
    prune = forms.BooleanField(
        required=False,
        label="The file is the whole map",
        help_text="Then what an earlier file wrote and this one leaves out goes. What was written by hand stays.",
    )

    def clean(self) -> dict[str, object]:
        given = super().clean() or {}
        if uploaded := given.get("file"):
            given["text"] = self._text_of(uploaded.read(MOST_BYTES + 1))
        text = str(given.get("text") or "")
        if not text.strip():
            raise forms.ValidationError("Choose a file, or paste its text.")
        if len(text) > MOST_PASTED:
            raise forms.ValidationError(
                f"It has {len(text)} characters, and a page takes {MOST_PASTED}. "
                "Apply it where Whose runs: manage.py ownership apply FILE --dry-run"
            )
        return given

    def _text_of(self, data: bytes) -> str:
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            raise forms.ValidationError(f"Line {line} is not UTF-8 text. Save the file as UTF-8.") from error


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def import_map(request: HttpRequest) -> HttpResponse:
    """Takes a file, lists every mistake with its line or what would change, and applies it when that is confirmed."""
    may_apply = may_apply_file(person_of(signed_in(request)))
    if request.method != "POST":
        return render(request, "web/map_import.html", {"form": ImportForm(), "may_apply": may_apply})
    if not may_apply:
        raise PermissionDenied(f"You may not apply a file: {may_apply.why}. You are signed in as {request.user}.")
    form = ImportForm(request.POST, request.FILES)
    if "back" in request.POST or not form.is_valid():
        status = 200 if "back" in request.POST else 400
        return render(request, "web/map_import.html", {"form": form, "may_apply": may_apply}, status=status)
    text, prune = str(form.cleaned_data["text"]), bool(form.cleaned_data["prune"])
    is_confirmed = "confirmed" in request.POST
    outcome = _apply(request, text, prune=prune, dry_run=not is_confirmed)
    if isinstance(outcome, list):
        shown = ImportForm(initial={"text": text, "prune": prune})
        context = {"form": shown, "mistakes": outcome[:MOST_SHOWN], "mistakes_in_all": len(outcome)}
        return render(request, "web/map_import.html", {**context, "may_apply": may_apply}, status=400)
    counts = _counts(outcome)
    if is_confirmed:
        messages.success(request, f"The file is applied: {counts}.")
        return redirect("map")
    changes = [change for change in outcome.changes if change.verb is not Verb.KEEP]
    kept = [change for change in outcome.changes if change.verb is Verb.KEEP]
    context = {
        "report": outcome,
        "counts": counts,
        # What goes is what somebody may not have meant.
        "changes": sorted(changes, key=lambda change: change.verb is not Verb.REMOVE)[:MOST_SHOWN],
        "changes_in_all": len(changes),
        "kept": kept[:MOST_SHOWN],
        "kept_in_all": len(kept),
        "text": text,
        "prune": prune,
    }
    return render(request, "web/map_import_confirm.html", context)


def _apply(request: HttpRequest, text: str, *, prune: bool, dry_run: bool) -> Report | list[Mistake]:
    file = parse(text, importing.known_names())
    if isinstance(file, list):
        return file
    try:
        author = signed_in(request).username
        return importing.apply(file, prune=prune, dry_run=dry_run, now=timezone.now(), author=author, source="page")
    except importing.Refused as refused:
        return refused.mistakes


def _counts(report: Report) -> str:
    added, changed, removed = (report.count(verb) for verb in (Verb.ADD, Verb.CHANGE, Verb.REMOVE))
    return f"{added} added, {changed} changed, {removed} removed"


@require_safe
@never_cache
def export_map(request: HttpRequest) -> HttpResponse:
    """The map as a file that makes the same map again: for operators, since it holds how people are reached."""
    may_apply = may_apply_file(person_of(signed_in(request)))
    if not may_apply:
        raise PermissionDenied(f"You may not have the file: {may_apply.why}. You are signed in as {request.user}.")
    response = HttpResponse(export(), content_type="application/yaml; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="ownership.yaml"'
    return response
