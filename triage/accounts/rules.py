"""What an admin may not do to whom: decided apart from how it is done. PURE."""

from collections.abc import Set as AbstractSet
from enum import StrEnum


class Refusal(StrEnum):
    """Why it is refused, and what helps instead."""

    NOT_ADMIN = "Only an admin can do this, and you are not one any more."
    YOURSELF = "You cannot do this to yourself. Ask another admin."
    LAST_ADMIN = "This is the last admin who can sign in. Make somebody else an admin first."


def why_not_take_away(subject: int, *, by: int, admins: AbstractSet[int]) -> Refusal | None:
    """Why somebody may not lose their role or their access, or None where nothing speaks against it.

    Args:
        subject: who loses it.
        by: who takes it.
        admins: everybody who is an admin, active, and able to sign in, read under a lock: two admins who take
            each other's role at the same moment must not both succeed.
    """
    if by not in admins:
        return Refusal.NOT_ADMIN
    if subject == by:
        return Refusal.YOURSELF
    if admins == {subject}:
        return Refusal.LAST_ADMIN
    return None
