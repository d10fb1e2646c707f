"""The addresses of the pages. Only what is offered is routed, of django-allauth as well."""

from django.contrib.auth.decorators import login_not_required
from django.templatetags.static import static
from django.urls import URLPattern, URLResolver, path, re_path
from django.utils.functional import lazy
from django.views.generic import RedirectView

from triage.web.views import doors, health, me, now, people, security

favicon = RedirectView.as_view(url=lazy(static, str)("whose/favicon.svg"))

urlpatterns: list[URLPattern | URLResolver] = [
    path("", now.now, name="now"),
    path("health/", health.health, name="health"),
    path("teams/", people.teams, name="teams"),
    # Oneself
    path("me/", me.me, name="me"),
    path("me/sessions/", me.own_sessions, name="sessions"),
    path("me/sessions/end-others/", me.end_other_sessions, name="end_other_sessions"),
    path("me/sessions/<int:pk>/end/", me.end_session, name="end_session"),
    path("me/password/", doors.ChangePassword.as_view(), name="account_change_password"),
    path("theme/", me.theme, name="theme"),
    # Admins
    path("people/", people.listing, name="people"),
    path("people/invite/", people.invite, name="invite"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/role/", people.change_role, name="change_role"),
    path("people/<int:pk>/invitation/", people.invite_again, name="invite_again"),
    path("people/<int:pk>/deactivate/", people.deactivate, name="deactivate"),
    path("people/<int:pk>/reactivate/", people.reactivate, name="reactivate"),
    path("security/", security.log, name="security"),
    # Open to strangers; the names with `account_` are those by which django-allauth finds its way
    path("sign-in/", doors.SignIn.as_view(), name="account_login"),
    path("sign-out/", doors.sign_out, name="account_logout"),
    path("inactive/", doors.inactive, name="account_inactive"),
    path("password/reset/", doors.AskReset.as_view(), name="account_reset_password"),
    path("password/reset/asked/", doors.reset_asked, name="account_reset_password_done"),
    path("password/reset/done/", doors.reset_done, name="account_reset_password_from_key_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        doors.NewPassword.as_view(),
        name="account_reset_password_from_key",
    ),
    path("welcome/<str:token>/", doors.welcome, name="welcome"),
    path("favicon.ico", login_not_required(favicon), name="favicon"),
]
