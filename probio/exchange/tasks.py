"""Celery's doors: each takes an id or nothing and calls one function. An export of the most rows takes minutes."""

from celery import shared_task
from django.utils import timezone

from probio.exchange import exports


@shared_task(soft_time_limit=270, time_limit=280)
def make_export(export_id):
    exports.make(export_id)


@shared_task(soft_time_limit=270, time_limit=280)
def sweep_exports():
    exports.sweep(now=timezone.now())
