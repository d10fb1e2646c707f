"""The first page: what is open, and what wants me. As long as nothing can be open, what to do for that."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from ownership.models import User
from ownership.roles import Action, may
from triage.rota import rota_of
from triage.web.access import signed_in
from triage.web.board import Board, Proof, board_of


@dataclass(frozen=True)
class Step:
    """One thing to do before Whose can answer; `address` is None where somebody else has to do it."""

    title: str
    why: str
    done: bool
    address: str | None = None
    verb: str = ""


def first_steps(user: User, proof: Proof, *, people: int) -> tuple[Step, ...]:
    """What this person should do next, in this order."""
    operates = may(user.role, Action.OPERATE)
    own = Step(
        "Choose your time zone",
        "Hand-offs and time lines are read in it. Until then you read UTC.",
        done=user.time_zone != "UTC",
        address=reverse("me"),
        verb="Choose",
    )
    invite = Step(
        "Invite the people who are to be asked",
        "Each gets a link to choose a password, and a role.",
        done=people > 1,
        address=reverse("invite"),
        verb="Invite",
    )
    connect = Step(
        "Connect an Alertmanager",
        "Its alerts arrive here, and none is lost. Done with the first delivery.",
        done=proof.has_delivered,
        address=reverse("integrations") if operates else None,
        verb="Look" if proof.integrations else "Connect",
    )
    owns = Step(
        "Say who owns what",
        "Namespaces to teams, components to the platform, in a file that you apply.",
        done=proof.has_map,
        address=reverse("map"),
        verb="See how",
    )
    oncall = Step(
        "Say who is on call",
        "Then a failure reaches one person instead of a chat room. It stands in the same file.",
        done=proof.has_rotation,
        address=reverse("map"),
        verb="See how",
    )
    return (own, *((invite,) if may(user.role, Action.ADMINISTER) else ()), connect, owns, oncall)


@require_safe
@never_cache
@vary_on_headers("HX-Request")
def now(request: HttpRequest) -> HttpResponse:
    """The page, and for who has it open already the part that changes."""
    user, at = signed_in(request), timezone.now()
    board = board_of(user, now=at)
    template = "web/_board.html" if request.headers.get("HX-Request") else "web/now.html"
    return render(request, template, {"board": board, "now": at, **_empty(user, board, at)})


def _empty(user: User, board: Board, at: datetime) -> dict[str, object]:
    """What stands where nothing is open: the way there, or the proof that it is so."""
    if board.open_in_all:
        return {}
    if not board.proof.is_set_up:
        steps = first_steps(user, board.proof, people=User.objects.filter(is_active=True).count())
        return {"steps": steps, "next_step": next((one for one in steps if not one.done and one.address), None)}
    return {"rota": rota_of(at)}
