"""Celery's doors: each takes an id or nothing and calls one function."""

from celery import shared_task

from consultations import outbox


@shared_task
def deliver_email(email_id):
    outbox.deliver(email_id)


@shared_task
def sweep_outbox():
    outbox.sweep()
