"""What the fields of this package refuse, whoever fills them in."""

from django.core.exceptions import ValidationError

from ownership.zones import is_zone


def known_zone(value: str) -> None:
    """Refuses a name that the time-zone data does not hold.

    Raises:
        ValidationError: with the value and an example.
    """
    if not is_zone(value):
        raise ValidationError(f"{value!r} is not a time zone. Write, for example, Europe/Berlin or UTC.")
