"""The people of a file: found by username or address, or made, so that they can be paged and later invited.

Never deactivated, never removed, and their role in the service is not the file's. What somebody with a password says
about themselves (name, address) counts more than a file: an address is where their password is reset.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from ownership.changes import Change, Verb
from ownership.models import User
from ownership.sources.mapfile import PersonSpec
from ownership.sources.tree import Mistake

BATCH = 1000


class Refused(Exception):  # noqa: N818  # sentences for people, not a fault
    """The file is well-formed and does not fit what the service has; nothing was changed."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = list(mistakes)


def bring_people(
    specs: Collection[PersonSpec], *, now: datetime
) -> tuple[list[Change], dict[str, int], dict[str, str]]:
    """Makes and completes the people of a file.

    Returns:
        what changed; every person's key by username, and by the name in the file; the file's names of those that the
        service calls otherwise, with the service's.

    Raises:
        Refused: an address is somebody else's, or two people of the file are one in the service.
    """
    everybody = list(User.objects.all())
    matched = _match(specs, everybody)
    made = [_new(spec, now) for spec in specs if spec.username not in matched]
    User.objects.bulk_create(made, batch_size=BATCH)
    changes = [_added(user) for user in made]
    touched = []
    for spec in specs:
        if user := matched.get(spec.username):
            described = list(_describe(spec, user))
            changes += described
            touched += [user] if any(change.verb is Verb.CHANGE for change in described) else []
    User.objects.bulk_update(touched, ["name", "email"], batch_size=BATCH)
    keys = {user.username: user.pk for user in [*everybody, *made]}
    keys |= {name: user.pk for name, user in matched.items()}
    return changes, keys, {name: user.username for name, user in matched.items()}


def _match(specs: Collection[PersonSpec], everybody: Collection[User]) -> dict[str, User]:
    by_name = {user.username: user for user in everybody}
    by_email = {user.email.lower(): user for user in everybody if user.email}
    matched: dict[str, User] = {}
    mistakes: list[Mistake] = []
    for spec in specs:
        by_address = by_email.get(spec.email or "")
        user = by_name.get(spec.username) or by_address
        mistakes += _mixed_up(spec, user, by_address, matched)
        if user:
            matched[spec.username] = user
    if mistakes:
        raise Refused(mistakes)
    return matched


def _mixed_up(
    spec: PersonSpec, user: User | None, by_address: User | None, matched: Mapping[str, User]
) -> Iterator[Mistake]:
    if user and by_address and user != by_address:
        wrong = f"is the address of {by_address.username}, who is somebody else than {spec.username}"
        yield Mistake(spec.line, "teams.members.email", spec.email or "", wrong, "Correct one of the two.")
    for other, theirs in matched.items():
        if theirs == user:
            wrong = f"is the same person in the service as {other}: {user.username}"
            yield Mistake(spec.line, "teams.members.username", spec.username, wrong, f"Write {user.username} for both.")


def _new(spec: PersonSpec, now: datetime) -> User:
    user = User(username=spec.username, name=spec.name or "", email=spec.email or "", created_at=now)
    user.set_unusable_password()
    return user


def _added(user: User) -> Change:
    return Change(Verb.ADD, "person", (user.username,), (("name", "", user.name), ("email", "", user.email)))


def _describe(spec: PersonSpec, user: User) -> Iterator[Change]:
    """Sets what the file may set, on the object."""
    if not user.is_active:
        yield Change(Verb.KEEP, "person", (user.username,), why="is deactivated, and is paged for nothing")
    wanted = {"name": spec.name, "email": spec.email}
    fields = []
    for name, after in wanted.items():
        before: str = getattr(user, name)
        if not after or after == before:
            continue
        if before and user.has_usable_password():
            why = f"keeps the {name} {before}: who can sign in changes it on their own page"
            yield Change(Verb.KEEP, "person", (user.username,), why=why)
            continue
        setattr(user, name, after)
        fields.append((name, before, after))
    if fields:
        yield Change(Verb.CHANGE, "person", (user.username,), tuple(fields))
