"""Migrations agree with the models, and each can be undone."""

import pytest
from django.core.management import call_command
from django.db import connection

pytestmark = pytest.mark.django_db

OURS = {
    "ownership": {
        "ownership_user",
        "ownership_team",
        "ownership_member",
        "ownership_cluster",
        "ownership_namespace",
        "ownership_layer",
        "ownership_mapchange",
    },
    "accounts": {"accounts_invitation", "accounts_securityevent", "cache"},
}


def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize("app", OURS)
def test_the_tables_of_an_app_go_and_come_back(app: str) -> None:
    call_command("migrate", app, "zero", verbosity=0)
    assert not OURS[app] & set(connection.introspection.table_names())
    call_command("migrate", verbosity=0)
    assert OURS[app] <= set(connection.introspection.table_names())
