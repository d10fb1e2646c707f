"""The addresses of the pages. Only what is offered is routed, of django-allauth as well."""

from django.contrib.auth.decorators import login_not_required
from django.templatetags.static import static
from django.urls import URLPattern, URLResolver, path, re_path
from django.utils.functional import lazy
from django.views.generic import RedirectView

from triage.web.views import (
    doors,
    editing,
    health,
    incidents,
    integrations,
    link,
    map_file,
    me,
    now,
    oncall,
    ownership_map,
    people,
    security,
    tokens,
    whose,
)

favicon = RedirectView.as_view(url=lazy(static, str)("whose/favicon.svg"))

urlpatterns: list[URLPattern | URLResolver] = [
    path("", now.now, name="now"),
    path("incidents/", incidents.listing, name="incidents"),
    path("incidents/<int:pk>/", incidents.incident, name="incident"),
    path("incidents/<int:pk>/acknowledge/", incidents.acknowledge, name="acknowledge"),
    path("incidents/<int:pk>/resolve/", incidents.resolve, name="resolve"),
    path("incidents/<int:pk>/comment/", incidents.comment, name="comment"),
    path("health/", health.health, name="health"),
    path("oncall/", oncall.oncall, name="oncall"),
    path("whose/", whose.whose, name="whose"),
    path("map/", ownership_map.ownership_map, name="map"),
    path("map/rules/", ownership_map.rules, name="rules"),
    path("map/responsibilities/", ownership_map.responsibilities, name="responsibilities"),
    path("map/right/", ownership_map.right, name="put_right"),
    path("map/import/", map_file.import_map, name="import_map"),
    path("map/export/", map_file.export_map, name="export_map"),
    path("map/<slug:section>/", editing.find, name="row"),
    path("map/<slug:section>/make/", editing.make, name="make_row"),
    path("map/<slug:section>/<int:pk>/", editing.edit, name="edit_row"),
    path("map/<slug:section>/<int:pk>/remove/", editing.remove, name="remove_row"),
    path("teams/", people.teams, name="teams"),
    path("teams/<slug:slug>/", oncall.team, name="team"),
    # Oneself
    path("me/", me.me, name="me"),
    path("me/sessions/", me.own_sessions, name="sessions"),
    path("me/sessions/end-others/", me.end_other_sessions, name="end_other_sessions"),
    path("me/sessions/<int:pk>/end/", me.end_session, name="end_session"),
    path("me/password/", doors.ChangePassword.as_view(), name="account_change_password"),
    path("theme/", me.theme, name="theme"),
    # Operators
    path("integrations/", integrations.listing, name="integrations"),
    path("integrations/make/", integrations.make, name="make_integration"),
    path("integrations/strangers/", integrations.strangers, name="strangers"),
    path("integrations/<int:pk>/", integrations.integration, name="integration"),
    path("integrations/<int:pk>/token/", integrations.rotate, name="rotate_token"),
    path("integrations/<int:pk>/switch/", integrations.switch, name="switch_integration"),
    # Admins
    path("tokens/", tokens.listing, name="tokens"),
    path("tokens/make/", tokens.make, name="make_token"),
    path("tokens/<int:pk>/revoke/", tokens.revoke, name="revoke_token"),
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
    path("a/<str:token>/", link.acknowledge, name="acknowledge_by_link"),
    path("favicon.ico", login_not_required(favicon), name="favicon"),
]
