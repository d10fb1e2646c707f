"""The forms about people. Each error names the value and what to write instead."""

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ResetPasswordForm, ResetPasswordKeyForm
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.http import HttpRequest

from ownership.models import Team, User
from ownership.roles import Role, TeamRole
from ownership.zones import zone_names
from triage.accounts.models import Kind
from triage.accounts.people import Newcomer

HOW_TO_CHOOSE = "At least 12 characters. A few unrelated words are easy to remember and hard to guess."


def _without_placeholders(form: forms.BaseForm) -> None:
    """A placeholder that repeats the label goes away just when one wants to read it."""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)


class SignInForm(LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _without_placeholders(self)
        self.fields["login"].label = "Name or e-mail"
        self.fields["login"].widget.attrs |= {
            "autocomplete": "username",
            "autocapitalize": "none",
            "spellcheck": "false",
        }
        self.fields["password"].help_text = ""


class AskResetForm(ResetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _without_placeholders(self)
        self.fields["email"].label = "E-mail"

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Mails the link to whoever has this address. Nobody else gets a mail, and the page says the same."""
        return str(super().save(request, **kwargs)) if self.users else str(self.cleaned_data["email"])


class NewPasswordForm(ResetPasswordKeyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _without_placeholders(self)
        self.fields["password1"].label, self.fields["password2"].label = "New password", "New password, again"
        self.fields["password1"].help_text = HOW_TO_CHOOSE


class OwnPasswordForm(ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _without_placeholders(self)
        self.fields["oldpassword"].label = "Current password"
        self.fields["oldpassword"].help_text = ""
        self.fields["password1"].label, self.fields["password2"].label = "New password", "New password, again"
        self.fields["password1"].help_text = HOW_TO_CHOOSE


class FirstPasswordForm(forms.Form):
    """The password that an invited person chooses."""

    password1 = forms.CharField(
        label="Password",
        strip=False,
        help_text=HOW_TO_CHOOSE,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label="Password, again", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password1(self) -> str:
        password = str(self.cleaned_data["password1"])
        validate_password(password, self.user)
        return password

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, second = data.get("password1"), data.get("password2")
        if first and second and first != second:
            self.add_error("password2", "The two are not the same. Type it again.")
        return data


def _no_at_sign(username: str) -> None:
    if "@" in username:
        raise forms.ValidationError(f"{username!r} looks like an e-mail address. Write a short name, for example ann.")


def _address_is_free(email: str, *, but: User | None = None) -> str:
    email = email.strip().lower()
    taken = User.objects.filter(email__iexact=email)
    if email and (taken.exclude(pk=but.pk) if but else taken).exists():
        raise forms.ValidationError(f"Somebody else has the address {email} already.")
    return email


class InviteForm(forms.Form):
    """Somebody new: who it is, and what they may do."""

    name = forms.CharField(
        label="Full name", max_length=120, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    username = forms.CharField(
        label="Sign-in name",
        max_length=64,
        help_text="Short, as colleagues say it: letters, digits, dots and dashes.",
        validators=[UnicodeUsernameValidator(), _no_at_sign],
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    email = forms.EmailField(label="E-mail", widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(
        label="May do everywhere",
        choices=[
            (Role.VIEWER.value, "Viewer: reads every page"),
            (Role.OPERATOR.value, "Operator: runs the platform, edits every team, answers for every incident"),
            (Role.ADMIN.value, "Admin: an operator who also manages people"),
        ],
        initial=Role.VIEWER.value,
        widget=forms.RadioSelect,
    )
    team = forms.ModelChoiceField(
        Team.objects.all(), required=False, empty_label="No team yet", help_text="People in a team can be put on call."
    )
    team_role = forms.ChoiceField(
        label="May do in the team",
        choices=[
            (TeamRole.MEMBER.value, "Team member: answers for the team"),
            (TeamRole.ADMIN.value, "Team admin: also edits the team"),
        ],
        initial=TeamRole.MEMBER.value,
        required=False,
    )

    def clean_username(self) -> str:
        username = str(self.cleaned_data["username"])
        if User.objects.filter(username__iexact=username).exists():
            raise forms.ValidationError(f"Somebody is called {username} already. Add a letter of the family name.")
        return username

    def clean_email(self) -> str:
        return _address_is_free(self.cleaned_data["email"])

    def newcomer(self) -> Newcomer:
        """What a valid form says."""
        data = self.cleaned_data
        return Newcomer(
            username=data["username"],
            name=data["name"],
            email=data["email"],
            role=Role(data["role"]),
            team=data["team"],
            team_role=TeamRole(data["team_role"] or TeamRole.MEMBER),
        )


class RoleForm(forms.Form):
    role = InviteForm.base_fields["role"]


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """What a person says about themselves. Another address needs the password: mails with reset links go there."""

    current_password = forms.CharField(
        label="Current password",
        required=False,
        strip=False,
        help_text="Needed only to change the e-mail address.",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    class Meta:
        model = User
        fields = ("name", "email", "time_zone")
        labels = {"name": "Full name", "email": "E-mail", "time_zone": "Time zone"}
        help_texts = {
            "email": "Reset links and, unless you say otherwise, pages go here.",
            "time_zone": "Every time you read is shown in it. Type a city to find yours.",
        }
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
            "time_zone": forms.TextInput(attrs={"list": "zones", "autocomplete": "off", "spellcheck": "false"}),
        }

    def clean_email(self) -> str:
        return _address_is_free(self.cleaned_data["email"], but=self.instance)

    def clean_time_zone(self) -> str:
        """`berlin` means Europe/Berlin: where no zone is called like that, the end of its name is enough."""
        typed = str(self.cleaned_data["time_zone"]).strip().replace(" ", "_").lower()
        names = {zone.lower(): zone for zone in zone_names()}
        fits = [names[typed]] if typed in names else [names[name] for name in names if name.endswith(f"/{typed}")]
        if len(fits) != 1:
            raise forms.ValidationError(
                f"{self.cleaned_data['time_zone']!r} is not one time zone. Write, for example, Europe/Berlin or UTC."
            )
        return fits[0]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        changes = "email" in data and data["email"] != User.objects.get(pk=self.instance.pk).email
        if changes and not self.instance.check_password(data.get("current_password", "")):
            self.add_error("current_password", "Type your current password to change the e-mail address.")
        return data


class LogFilter(forms.Form):
    """Which lines of the security log to show."""

    kind = forms.ChoiceField(label="What", choices=[("", "Everything"), *Kind.choices], required=False)
    who = forms.CharField(label="Who", required=False, max_length=64)
    before = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
