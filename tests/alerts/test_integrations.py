"""Integrations: made with a token that is shown once, and what to paste into their sender."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import yaml
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from alerts import integrations
from alerts.integrations import alertmanager_yml, rotate_token
from alerts.models import Integration
from alerts.tokens import Recognised
from tests.alerts.makers import make_integration

pytestmark = pytest.mark.django_db


def test_a_new_integration_is_known_by_its_token() -> None:
    made = integrations.create("Production, Europe", cluster="prod-eu-1")
    assert Recognised().integration_of(made.token, at=0.0) == made.integration
    assert (made.integration.slug, made.integration.is_active) == ("production-europe", True)
    assert made.integration.stale_after == timedelta(hours=8)


def test_no_two_tokens_are_the_same_and_each_may_stand_in_an_address() -> None:
    tokens = {make_integration().token for _ in range(20)}
    assert len(tokens) == 20
    assert all(len(token) == 43 and token.replace("-", "").replace("_", "").isalnum() for token in tokens)


def test_two_of_the_same_name_are_told_apart() -> None:
    slugs = [integrations.create("Production", cluster="prod").integration.slug for _ in range(3)]
    assert slugs == ["production", "production-2", "production-3"]


@pytest.mark.parametrize("name", ["生产", "!!!", "x" * 120])
def test_every_name_makes_a_slug(name: str) -> None:
    assert 0 < len(integrations.create(name, cluster="prod").integration.slug) <= 63


@pytest.mark.parametrize(
    ("field", "value", "because"),
    [
        ("name", "", "it is called something"),
        ("cluster", "prod eu", "a cluster is named by its slug"),
        ("cluster", "", "alerts that name no cluster happened somewhere"),
        ("kind", "pigeon", "nobody can read that"),
        ("severities", {"p1": "terrible"}, "that is none of the four"),
        ("repeat_interval", timedelta(0), "everything would be stale at once"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_its_field(field: str, value: Any, because: str) -> None:
    with pytest.raises(ValidationError) as caught:
        integrations.create(**{"name": "Production", "cluster": "prod", field: value})
    assert field in caught.value.message_dict, because
    assert not Integration.objects.exists()


def test_severities_are_kept_in_lower_case() -> None:
    assert make_integration(severities={" P1 ": "Critical"}).integration.severities == {"p1": "critical"}


def test_a_new_token_replaces_the_old_one() -> None:
    made = make_integration()
    token = rotate_token(made.integration)
    assert Recognised().integration_of(made.token, at=0.0) is None
    assert Recognised().integration_of(token, at=0.0) == made.integration
    assert Integration.objects.get().token_hint == token[-4:]


# -- What to paste --


def test_what_to_paste_sends_everything_and_takes_nothing_from_who_gets_it_now() -> None:
    made = make_integration(slug="prod", repeat_interval=timedelta(minutes=90))
    pasted = yaml.safe_load(alertmanager_yml(made.integration, "https://whose.example.org", made.token))
    assert pasted["route"]["routes"] == [{"receiver": "whose-prod", "continue": True, "repeat_interval": "90m"}]
    (receiver,) = pasted["receivers"]
    assert receiver["name"] == "whose-prod"
    assert receiver["webhook_configs"] == [
        {
            "url": "https://whose.example.org/hooks/alertmanager",
            "send_resolved": True,
            "max_alerts": 0,
            "http_config": {"authorization": {"type": "Bearer", "credentials": made.token}},
        }
    ]


def test_a_sender_that_cannot_set_headers_gets_the_token_in_the_address() -> None:
    made = make_integration()
    text = alertmanager_yml(made.integration, "https://whose.example.org", made.token, token_in_address=True)
    (hook,) = yaml.safe_load(text)["receivers"][0]["webhook_configs"]
    assert hook["url"] == f"https://whose.example.org/hooks/alertmanager/{made.token}"
    assert "http_config" not in hook


def test_a_token_that_looks_like_something_else_in_yaml_stays_a_text() -> None:
    made = make_integration()
    for token in ("12345678", "1e5", "-", "true", "0x1F", "-abc"):
        pasted = yaml.safe_load(alertmanager_yml(made.integration, "https://whose.example.org", token))
        hook = pasted["receivers"][0]["webhook_configs"][0]
        assert hook["http_config"]["authorization"]["credentials"] == token


@pytest.mark.parametrize(
    ("interval", "written"),
    [
        (timedelta(hours=4), "4h"),
        (timedelta(days=2), "48h"),
        (timedelta(minutes=90), "90m"),
        (timedelta(seconds=45), "45s"),
        (timedelta(milliseconds=10), "1s"),
    ],
)
def test_intervals_are_written_as_prometheus_reads_them(interval: timedelta, written: str) -> None:
    made = make_integration(repeat_interval=interval)
    assert f"repeat_interval: {written}\n" in alertmanager_yml(made.integration, "http://x", made.token)


# -- By a script --


def test_a_script_makes_an_integration_and_gets_its_token() -> None:
    out = StringIO()
    call_command("integration", "create", "Production", "--cluster", "prod-eu-1", stdout=out)
    assert Recognised().integration_of(out.getvalue().strip(), at=0.0) == Integration.objects.get()


def test_a_script_gets_what_to_paste() -> None:
    out = StringIO()
    call_command("integration", "create", "Production", "--cluster", "prod-eu-1", "--yml", stdout=out)
    assert yaml.safe_load(out.getvalue())["receivers"][0]["name"] == "whose-production"


def test_a_script_is_told_what_is_wrong() -> None:
    with pytest.raises(CommandError, match="cluster: "):
        call_command("integration", "create", "Production", "--cluster", "prod eu")


def test_a_list_of_integrations_shows_only_the_end_of_their_tokens() -> None:
    made = make_integration(slug="prod")
    out = StringIO()
    call_command("integration", "list", stdout=out)
    assert out.getvalue() == f"prod  …{made.token[-4:]}  cluster prod-eu-1\n"
