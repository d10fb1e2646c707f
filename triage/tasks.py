"""Celery's way in: one task, struck by beat."""

from celery import shared_task

from triage import tick as heartbeat
from triage.clock import database_now


@shared_task(name="tick", ignore_result=True)
def tick() -> None:
    """Works on everything that the database says is due."""
    heartbeat.tick(now=database_now())
