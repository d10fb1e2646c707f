"""The doors for senders, with and without a slash at the end: what is answered 404 is not sent again."""

from django.urls import re_path

from alerts import webhook

urlpatterns = [
    re_path(r"^alertmanager/?$", webhook.alertmanager, name="hook"),
    re_path(r"^alertmanager/(?P<token>[^/]+)/?$", webhook.alertmanager, name="hook_with_token"),
]
