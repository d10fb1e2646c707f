"""The forms about incidents, senders and programs. Each error names the value and what to write instead."""

from datetime import datetime, timedelta
from typing import Any

from django import forms

from ownership.models import Team
from ownership.roles import Role
from triage.accounts.models import ServiceToken
from triage.verdict import Verdict


class ResolveForm(forms.Form):
    """Why an incident is over, for those who come later."""

    why = forms.CharField(
        label="Why is it over?",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="It stands on the time line and in the notice to everybody who was paged.",
        error_messages={"required": "Write why it is over, in a few words: what mended it, or why it was nothing."},
    )


class IncidentFilter(forms.Form):
    """Which incidents to list; each part may be left out."""

    ANY = ("", "any")
    state = forms.ChoiceField(
        required=False,
        choices=[("", "open and past"), ("open", "open"), ("waiting", "not acknowledged"), ("past", "past")],
    )
    verdict = forms.ChoiceField(required=False, choices=[ANY, *((one.value, one.value) for one in Verdict)])
    team = forms.ChoiceField(required=False, choices=[ANY])
    cluster = forms.ChoiceField(required=False, choices=[ANY])

    def __init__(self, *args: Any, clusters: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = Team.objects.order_by("slug").values_list("slug", "name")
        self.fields["team"].choices = [self.ANY, ("-", "nobody's"), *teams]  # type: ignore[attr-defined]
        named = [(slug, slug) for slug in clusters if slug]
        self.fields["cluster"].choices = [self.ANY, *named]  # type: ignore[attr-defined]


class IntegrationForm(forms.Form):
    """A sender of alerts."""

    name = forms.CharField(max_length=120, help_text="For people, for example Alertmanager of prod-eu-1.")
    cluster = forms.SlugField(
        max_length=63,
        help_text="Of alerts that name none. As the map calls it: small letters, digits and hyphens.",
        widget=forms.TextInput(attrs={"list": "clusters", "autocomplete": "off", "spellcheck": "false"}),
    )
    cluster_label = forms.CharField(
        label="Label that names the cluster", max_length=120, initial="cluster", help_text="Of alerts that have it."
    )
    repeat_hours = forms.FloatField(
        label="repeat_interval, in hours",
        min_value=0.02,
        max_value=240,
        initial=4,
        help_text="As in its alertmanager.yml. What is not repeated for two of them is stale and stops paging.",
    )
    api_url = forms.URLField(
        label="Alertmanager's address (optional)",
        required=False,
        max_length=500,
        assume_scheme="http",
        help_text="Once a minute it is asked which alerts it still has: one that is gone without a word stops paging.",
        widget=forms.URLInput(attrs={"placeholder": "http://alertmanager.monitoring.svc:9093"}),
    )

    @property
    def repeat_interval(self) -> timedelta:
        return timedelta(hours=self.cleaned_data["repeat_hours"])


class TokenForm(forms.Form):
    """A token for a program."""

    LASTS = (("30", "30 days"), ("90", "90 days"), ("365", "a year"), ("", "until it is revoked"))
    name = forms.SlugField(
        max_length=63, help_text="Of the program, as it will stand on time lines: small letters, digits, hyphens."
    )
    role = forms.ChoiceField(
        choices=[(role.value, role.label) for role in ServiceToken.ROLES],
        initial=Role.VIEWER,
        widget=forms.RadioSelect,
        help_text="A viewer reads. An operator also answers for every incident.",
    )
    team = forms.ModelChoiceField(
        queryset=Team.objects.order_by("slug"),
        required=False,
        empty_label="no team",
        help_text="A viewer with a team answers for that team's incidents as a member would.",
    )
    lasts = forms.ChoiceField(label="Works", choices=LASTS, initial="90", required=False)

    def expires_at(self, now: datetime) -> datetime | None:
        """From when it is worth nothing; None: never."""
        days = self.cleaned_data["lasts"]
        return now + timedelta(days=int(days)) if days else None
