"""The one door for senders: recognise the token, keep the body, say 202.

202 means that the delivery is durable. Alertmanager sends again what was answered 5xx and nothing else, so whatever is
refused is noted first; and where it can be neither kept nor noted, the answer is 503.
"""

import ipaddress
import time
from collections.abc import Callable

import structlog
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.utils import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from alerts import inbox
from alerts.models import Delivery, Integration, Reason
from alerts.reports import NotJsonError, UnreadableDelivery
from alerts.sources.alertmanager import check_shape
from alerts.tokens import Recognised

log = structlog.get_logger(__name__)

# Called after each delivery that was kept. They must return at once: the sender waits for its answer.
nudges: list[Callable[[], None]] = []

_RETRY_AFTER = "5"  # seconds
_recognised = Recognised()


class _Refused(Exception):  # noqa: N818 - not an error of ours
    """The request is not taken in."""

    def __init__(self, status: int, reason: Reason, sentence: str, integration: Integration | None = None) -> None:
        super().__init__(sentence)
        self.status, self.reason, self.integration = status, reason, integration


@csrf_exempt
@login_not_required
@never_cache
@require_POST
def alertmanager(request: HttpRequest, token: str = "") -> HttpResponse:
    """Takes one delivery: 202 it is durable; 401, 413 or 400 it was refused, which is noted; 503 send it again."""
    try:
        delivery = _take_in(request, token or _bearer(request))
    except _Refused as refused:
        return _refuse(request, refused)
    except UnreadablePostError as error:  # whoever sent it has hung up, and sends it again
        log.info("a delivery broke off", sender=sender_of(request), error=str(error))
        return _error(400, "The body broke off. Send it again.")
    except DatabaseError as error:
        return _send_again(error)
    _nudge()
    return JsonResponse({"delivery": delivery.pk}, status=202)


def _take_in(request: HttpRequest, token: str) -> Delivery:
    integration = _recognised.integration_of(token, at=time.monotonic()) if token else None
    if integration is None:
        sentence = "The token is not known. Send the one of the integration, or make a new one on its page."
        raise _Refused(401, Reason.UNKNOWN_TOKEN, sentence)
    if not integration.is_active:
        sentence = f"The integration {integration.slug} is switched off. Switch it on on its page."
        raise _Refused(401, Reason.SWITCHED_OFF, sentence, integration)
    body = _body(request, integration)
    try:
        check_shape(body)
    except NotJsonError as error:
        raise _Refused(400, Reason.NOT_JSON, str(error), integration) from error
    except UnreadableDelivery as error:
        raise _Refused(400, Reason.NOT_A_PAYLOAD, str(error), integration) from error
    return inbox.accept(integration, body, sender_of(request), timezone.now())


def _bearer(request: HttpRequest) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _body(request: HttpRequest, integration: Integration) -> bytes:
    size = _size(request)
    if size > settings.MAX_BODY:
        sentence = (
            f"The body is {size} bytes, and at most {settings.MAX_BODY} are taken. "
            "Set max_alerts in the receiver, group by more labels, or raise WHOSE_MAX_BODY."
        )
        raise _Refused(413, Reason.TOO_LARGE, sentence, integration)
    return request.body


def _size(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdecimal() else 0


def _refuse(request: HttpRequest, refused: _Refused) -> HttpResponse:
    sender, size = sender_of(request), _size(request)
    try:
        inbox.refuse(
            refused.reason,
            integration=refused.integration,
            sender=sender,
            size=size,
            head=request.read(inbox.HEAD),
            now=timezone.now(),
        )
    except DatabaseError as error:
        return _send_again(error)
    slug = refused.integration.slug if refused.integration else ""
    log.warning("a delivery was refused", reason=refused.reason.value, sender=sender, size=size, integration=slug)
    return _error(refused.status, str(refused))


def _send_again(error: DatabaseError) -> HttpResponse:
    # The error is not told to the sender: it may hold an address.
    log.error("a delivery cannot be kept", error=str(error), kind=type(error).__name__)
    response = _error(503, "It cannot be kept now, because the database is away. Send it again.")
    response.headers["Retry-After"] = _RETRY_AFTER
    return response


def _error(status: int, sentence: str) -> HttpResponse:
    response = JsonResponse({"error": sentence}, status=status)
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="hooks"'
    return response


def sender_of(request: HttpRequest) -> str | None:
    """The address of who sent it; behind a proxy of ours, the one that the proxy has added. None where it has none."""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY and (forwarded := request.headers.get("X-Forwarded-For")):
        address = forwarded.rpartition(",")[2]
    try:
        parsed = ipaddress.ip_address(address.strip().partition("%")[0])  # PostgreSQL knows no zones of addresses
    except ValueError:
        return None
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)


def _nudge() -> None:
    for nudge in nudges:
        try:
            nudge()
        except Exception:
            # Whatever it was, the delivery is durable, and the next tick finds it.
            log.exception("a nudge failed")
