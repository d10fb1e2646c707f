"""Who may lose a role or the access, and by whom."""

import pytest

from triage.accounts.rules import Refusal, why_not_take_away

ANN, BOB, CARLA = 1, 2, 3


@pytest.mark.parametrize(
    ("subject", "by", "admins", "refusal", "because"),
    [
        (BOB, ANN, {ANN, BOB}, None, "one admin of two may go"),
        (CARLA, ANN, {ANN}, None, "who is no admin may always go"),
        (ANN, ANN, {ANN, BOB}, Refusal.YOURSELF, "nobody locks themselves out by accident"),
        (BOB, ANN, {BOB}, Refusal.NOT_ADMIN, "ann lost the role while her page was open"),
        (ANN, ANN, {ANN}, Refusal.YOURSELF, "the last admin is always oneself, whoever else asks is none"),
        (BOB, CARLA, set(), Refusal.NOT_ADMIN, "with no admin nobody decides"),
    ],
)
def test_why_not_take_away(subject: int, by: int, admins: set[int], refusal: Refusal | None, because: str) -> None:
    assert why_not_take_away(subject, by=by, admins=admins) == refusal, because


@pytest.mark.parametrize("refusal", Refusal)
def test_every_refusal_is_a_sentence_for_people(refusal: Refusal) -> None:
    assert refusal.value.endswith(".")
