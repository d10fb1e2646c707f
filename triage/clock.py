"""The one clock that all processes on all machines share: the database's."""

from datetime import datetime

from django.db import connection


def database_now() -> datetime:
    """The present instant, by one query. Read it once in a view, task or command and pass it on as `now`."""
    with connection.cursor() as cursor:
        # clock_timestamp, not now: inside a transaction now() stands still at the transaction's start.
        cursor.execute("SELECT clock_timestamp()")
        (instant,) = cursor.fetchone()
    moment: datetime = instant
    return moment
