"""Celery's doors: each takes an id or nothing and calls one function."""

from celery import shared_task
from django.core.management import call_command
from django.utils import timezone

from consultations import outbox
from consultations.services import notices, requests, waitlist


@shared_task
def deliver_email(email_id):
    outbox.deliver(email_id)


@shared_task
def sweep_outbox():
    outbox.sweep()


@shared_task
def help_sweep():
    outbox.sweep(calls_for_help=False)


@shared_task
def expire_requests():
    requests.expire_requests(now=timezone.now())


@shared_task
def expire_offers():
    waitlist.expire_offers(now=timezone.now())


@shared_task
def retain():
    call_command("retain")


@shared_task
def owe_reminders():
    notices.owe_reminders(now=timezone.now())


@shared_task
def owe_tomorrow():
    notices.owe_tomorrow(now=timezone.now())
