"""The API described: for programs as OpenAPI, for people as a page on which it can be tried."""

from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from triage.api.errors import unknown
from triage.api.views.base import Answers


class Docs(SpectacularSwaggerSplitView):
    """Swagger UI from our own host. Its script and its styles are files of their own: our policy allows no others."""

    template_name = "api/docs.html"
    title = "Whose API"


class Nowhere(Answers):
    """Every address below the API that is none: told in the API's own shape."""

    @extend_schema(exclude=True)
    def get(self, _request: Request, path: str) -> Response:
        raise unknown(
            "path", "address", f"/api/v1/{path}", remedy="GET /api/v1/docs/ shows every address; mind the slash."
        )

    post = put = patch = delete = get
