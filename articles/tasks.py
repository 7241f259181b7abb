"""Celery's doors: each takes an id or nothing and calls one function. They wait in the queue `media`."""

from celery import shared_task
from django.utils import timezone

from articles import figure_images, purging


@shared_task
def make_files(image_id):
    figure_images.make_files(image_id)


@shared_task
def sweep_images():
    figure_images.sweep(now=timezone.now())


@shared_task
def purge_cdn():
    purging.purge_if_changed(timezone.now())
