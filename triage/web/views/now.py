"""The first page: what is open, and what wants me. As long as nothing can be open, what to do for that."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from ownership.models import User
from ownership.roles import Action, may
from triage.web.access import signed_in


@dataclass(frozen=True)
class Step:
    """One thing to do before Whose can answer; `address` is None where there is no page for it yet."""

    title: str
    why: str
    done: bool
    address: str | None = None
    verb: str = ""


def first_steps(user: User, *, people: int) -> tuple[Step, ...]:
    """What this person should do next, in this order."""
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
    coming = (
        Step("Connect an Alertmanager", "Then its alerts arrive here, and none is lost.", done=False),
        Step("Say who owns what", "Namespaces to teams, components to the platform.", done=False),
        Step("Say who is on call", "Then a failure reaches one person instead of a chat room.", done=False),
    )
    return (own, invite, *coming) if may(user.role, Action.ADMINISTER) else (own, *coming)


@require_safe
def now(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    steps = first_steps(user, people=User.objects.filter(is_active=True).count())
    return render(request, "web/now.html", {"steps": steps, "next_step": next((s for s in steps if not s.done), None)})
