"""The way from the web server to Django."""

import os
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

from triage.config.chunked import with_length
from triage.serve.privileges import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "triage.config.settings")
os.environ.setdefault("WHOSE_PROCESS", "web")

# The web server's main process may be killed without a chance to end the one that it started: this one.
die_with_parent()
_django = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    from django.conf import settings

    return with_length(_django, most=settings.MAX_BODY)(environ, start_response)
