"""The one Celery application. Its settings are the CELERY_* names in settings.py."""

import os

from celery import Celery

from probio.poison import DropUnreadable

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "probio.settings")

app = Celery("probio", include=["probio.health", "probio.exchange.tasks"])
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["consumer"].add(DropUnreadable)
