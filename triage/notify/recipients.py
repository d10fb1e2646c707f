"""Whom a step of an escalation reaches, by which addresses."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ownership.models import ContactMethod, Team, TeamChannel, User
from ownership.oncall import roster
from ownership.oncall.escalation import NextStep
from ownership.roles import Action, Role, may
from triage.notify.outbox import Recipient


@dataclass(frozen=True)
class Reached:
    """The addresses, and why just these."""

    recipients: tuple[Recipient, ...]
    why: str


def reached_by(team: Team | None, step: NextStep, *, now: datetime) -> Reached:
    """The addresses that a step reaches, each once: those of the people whom it means, and the team's own channels.

    Where there is no team, those who operate the service are asked: nobody's failure must not be nobody's page.
    """
    if team is None:
        return Reached(tuple(addresses_of(_operators())), "nobody owns it, so whoever operates this Whose is asked")
    people, why = roster.people_of(team, step.targets, now)
    channels = [
        Recipient(channel.kind, channel.address, secret_env=channel.secret_env)
        for channel in TeamChannel.objects.filter(team=team)
    ]
    return Reached(tuple(dict.fromkeys([*addresses_of(people), *channels])), why)


def addresses_of(people: Iterable[User]) -> list[Recipient]:
    """How these people are reached: by their e-mail address, and by what else was shown to be theirs."""
    chosen = list(people)
    methods: dict[int, list[ContactMethod]] = {}
    for method in ContactMethod.objects.filter(user__in=chosen, verified_at__isnull=False):
        methods.setdefault(method.user_id, []).append(method)
    found = []
    for user in chosen:
        found += [Recipient("email", user.email, user)] if user.email else []
        found += [Recipient(one.kind, one.address, user, one.secret_env) for one in methods.get(user.pk, ())]
    return found


def _operators() -> list[User]:
    roles = [role for role in Role if may(role, Action.OPERATE)]
    return list(User.objects.filter(role__in=roles, is_active=True).order_by("username"))
