"""The tables of the inbox go and come back."""

import pytest
from django.core.management import call_command
from django.db import connection

from alerts import models

pytestmark = pytest.mark.django_db

TABLES = {
    table._meta.db_table
    for table in (models.Integration, models.Delivery, models.Refusal, models.RefusalCount, models.Alert)
}


def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", "alerts", check=True, dry_run=True, verbosity=0)


def test_the_tables_go_and_come_back() -> None:
    call_command("migrate", "alerts", "zero", verbosity=0)
    assert not TABLES & set(connection.introspection.table_names())
    call_command("migrate", verbosity=0)
    assert set(connection.introspection.table_names()) >= TABLES
